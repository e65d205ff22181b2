// A collector that takes everything: a process of its own, so that its work is not the server's.
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { startChild } from "./children.mjs";

const file = fileURLToPath(import.meta.url);

/** Starts one that answers after so many milliseconds, or never when they are `Infinity`. */
export async function startCollector(delay = 0) {
  const child = startChild(process.execPath, [file, String(delay)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  const url = line.trim();
  return {
    url,
    /** What it has got: `posts`, `spans`. */
    async counts() {
      const response = await fetch(`${url}/counts`);
      return response.json();
    },
    async stop() {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

if (process.argv[1] === file) collect(Number(process.argv[2]));

function collect(delay) {
  const counts = { posts: 0, spans: 0 };
  const server = createServer((request, response) => {
    if (request.url === "/counts") {
      response.end(JSON.stringify(counts));
      return;
    }
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      counts.posts += 1;
      counts.spans += spansIn(Buffer.concat(chunks));
      if (delay === 0) response.end();
      else if (delay < Infinity) setTimeout(() => response.end(), delay);
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
}

// In OTLP a request's fields 1 hold lists of scopes in their fields 2, and those the spans in theirs.
function spansIn(body) {
  const scopes = fieldsOf(body, 1).flatMap((resource) => fieldsOf(resource, 2));
  return scopes.flatMap((scope) => fieldsOf(scope, 2)).length;
}

// The messages under one number, of a message whose fields are all of known length or text: so it is down to a span.
function fieldsOf(message, wanted) {
  const found = [];
  let at = 0;
  while (at < message.length) {
    const number = message[at] >> 3;
    const [length, start] = varintAt(message, at + 1);
    at = start + length;
    if (number === wanted) found.push(message.subarray(start, at));
  }
  return found;
}

// A number in groups of seven bits, and where the next thing begins.
function varintAt(bytes, from) {
  let value = 0;
  let at = from;
  while (bytes[at] & 128) value += (bytes[at] & 127) << (7 * (at++ - from));
  value += bytes[at] << (7 * (at - from));
  return [value, at + 1];
}
