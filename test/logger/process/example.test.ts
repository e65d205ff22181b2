import { readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { exitOf, send, withId } from "../../process/program.ts";
import { startChild } from "../../support/child.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { httpInvoke } from "../../support/platform-request.ts";

const example = (file: string): string =>
  fileURLToPath(new URL(`../../../examples/existing-express/${file}`, import.meta.url));

const { scripts } = JSON.parse(readFileSync(example("package.json"), "utf8")) as {
  scripts: { start: string };
};

test("the example's source knows nothing of us", () => {
  expect(readFileSync(example("server.js"), "utf8")).not.toMatch(/fcrt/i);
});

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test("`npm start` of the example prints what its README shows", async () => {
    const child = await startChild(example("server.js"), {
      node: "/bin/sh",
      nodeOptions: ["-c", scripts.start],
      env: { PATH: [dirname(node), process.env["PATH"]].join(delimiter) },
    });
    await child.line("listening on");

    const headers = { "content-type": "application/json", "content-length": 14 };
    const order = { ...httpInvoke("POST", "/orders", headers), body: '{"item":"tea"}' };
    expect(await send(child, withId("1-67a59f35-150c1267-f381ba1c085c", order))).toMatchObject({
      status: 201,
      fcStatus: "200",
      body: '{"id":7,"item":"tea"}',
    });
    const missing = httpInvoke("GET", "/orders/9");
    expect(await send(child, withId("1-67a59f35-150c1267-0123456789ab", missing))).toMatchObject({
      status: 500,
      fcStatus: "404",
    });
    child.process.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);

    const readme = readFileSync(example("README.md"), "utf8").split("prints\n\n```\n")[1];
    const shown = readme?.slice(0, readme.indexOf("\n```")).split("\n") ?? [];
    expect(shown.length).toBeGreaterThan(10);
    expect(comparable(child.lines, child.port)).toEqual(comparable(shown, 9000));
    expect(child.stderr).toBe("");
  });
});

// The README shows the first frame of the stack, in a folder of its own.
function comparable(lines: readonly string[], port: number): string[] {
  const text = lines.map((line) =>
    line
      .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} /, "TIME ")
      .replace(`listening on ${port}`, "listening on PORT")
      .replace(/ at .*\/server\.js:(\d+):\d+\)?$/, " at server.js:$1"),
  );
  return text.filter((line) => !/\] {5}at /.test(line) || line.includes("server.js"));
}
