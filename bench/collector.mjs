// A collector that takes everything: a process of its own, so that its work is not the server's.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(import.meta.url);

/** Resolves to its `url` and to what stops it. */
export async function startCollector() {
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = await once(child.stdout.setEncoding("utf8"), "data");
  return {
    url: url.trim(),
    async stop() {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

if (process.argv[1] === file) {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end());
  });
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
}
