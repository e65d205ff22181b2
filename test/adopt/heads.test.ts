import { connect } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { fixtures, linesOf } from "./ways.ts";

/** What the adopted application is to have said of itself, where that is not a success. */
const failures: readonly string[] = [
  "own status 404 by setHeader",
  "own status 404 in an object",
  "own status 404 in a flat list",
  "own status 404 in pairs",
  "own status 404 in an object over 200 by setHeader",
];

describe.each(nodeVersions)("on Node $version", ({ path }) => {
  let child: Child;
  let ready: { bare: number; adopted: number; shapes: readonly string[] };
  beforeAll(async () => {
    let stop = async (): Promise<void> => {};
    const options = { node: path, stopWith: (stopChild: typeof stop) => (stop = stopChild) };
    child = await startChild(`${fixtures}heads.cjs`, options);
    ready = JSON.parse((await child.line("READY")).replace("READY ", ""));
    return stop;
  });

  test("a response has the bytes that it has without us, but for one field", async () => {
    const differences: unknown[] = [];
    for (const shape of ready.shapes) {
      const bare = partsOf(await bytesOf(ready.bare, shape));
      const adopted = partsOf(await bytesOf(ready.adopted, shape));
      const expected = failures.includes(shape) ? "404" : "200";
      if (adopted.rest !== bare.rest || adopted.statuses.join() !== expected)
        differences.push({ shape, bare, adopted });
    }
    expect(differences).toEqual([]);
    expect(ready.shapes.length).toBeGreaterThan(30);
  });

  test.each(failures)("%s is a handled failure", async (shape) => {
    const id = `failure-${failures.indexOf(shape)}`;
    await bytesOf(ready.adopted, shape, id);
    expect((await linesOf(child, id)).at(-1)).toBe(
      `FC Invoke End RequestId: ${id}, Error: Handled function error`,
    );
  });
});

/** Everything that comes back for one request, until the connection ends. */
async function bytesOf(port: number, shape: string, id = "any"): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.on("data", (text: string) => (received += text)).once("error", reject);
    socket.once("close", () => resolve(received));
    const lines = [
      `GET /${encodeURIComponent(shape)} HTTP/1.1`,
      "host: localhost",
      `x-fc-request-id: ${id}`,
      "connection: close",
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  });
}

/** The values of the field that is ours, and all bytes around it; the date changes from one to the next. */
function partsOf(bytes: string): { statuses: string[]; rest: string } {
  const statuses: string[] = [];
  const rest = bytes
    .replaceAll(/^x-fc-status: (.*)\r\n/gim, (_field, value: string) => {
      statuses.push(value);
      return "";
    })
    .replace(/^date: .*$/im, "date");
  return { statuses, rest };
}
