import { describe, expect, test } from "vitest";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  headOf,
  linesOf,
  openConnection,
  send,
  serving,
  startOf,
  within,
  withId,
} from "./program.ts";
import type { Connection } from "./program.ts";

const mebibyte = 1024 * 1024;
const chunked = { "transfer-encoding": "chunked" };
const notFound = "HTTP/1.1 404 Not Found\r\nx-fc-status: 404";

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test("a chunked upload of 33 MB fails as too large, and the memory stays bounded", async () => {
    const child = await serving("body.mjs", { node });
    const before = await peakOf(child);
    const connection = await openConnection(child.port);

    connection.socket.write(headOf(withId("large", invoke("", chunked))));
    await sendChunks(connection, 33);
    await connection.until(notFound);
    await connection.until('"errorType":"FCRT_BODY_TOO_LARGE"');
    // What comes after the answer is not kept either.
    await sendChunks(connection, 200);

    expect(linesOf(child, "large")).toEqual([
      startOf("large"),
      `large [ERROR] FCRT_BODY_TOO_LARGE: Expected a body of at most ${32 * mebibyte} bytes, got more`,
      endOf("large", "Handled"),
    ]);
    // Of the 233 MiB that were sent: the 32 that it had to hold, and what the collector has not come to yet.
    expect((await peakOf(child)) - before).toBeLessThan(150 * mebibyte);
    await expectUnharmed(child);
  });

  test("a small limit keeps a large upload out of the memory", async () => {
    const child = await serving("body.mjs", { node, env: { BODY_LIMIT: "1000" } });
    const before = await peakOf(child);
    const connection = await openConnection(child.port);

    connection.socket.write(headOf(withId("large", invoke("", chunked))));
    await sendChunks(connection, 200);
    await connection.until(notFound);

    expect(linesOf(child, "large").at(-1)).toBe(endOf("large", "Handled"));
    expect((await peakOf(child)) - before).toBeLessThan(150 * mebibyte);
    await expectUnharmed(child);
  });

  test("a length that is too large is answered before the body comes", async () => {
    const child = await serving("body.mjs", { node });
    const connection = await openConnection(child.port);
    const length = 33 * mebibyte;

    connection.socket.write(headOf(withId("large", invoke("", { "content-length": length }))));
    await connection.until(notFound);
    connection.socket.destroy();

    await child.line(endOf("large", "Handled"));
    expect(linesOf(child, "large")[1]).toMatch(`of at most ${32 * mebibyte} bytes, got ${length}`);
    await expectUnharmed(child);
  });

  test("a sender that is over the limit, never ends the body and goes leaves nothing behind", async () => {
    const child = await serving("body.mjs", { node, env: { BODY_LIMIT: "1000" } });
    const connection = await openConnection(child.port);

    connection.socket.write(headOf(withId("large", invoke("", chunked))));
    await sendChunks(connection, 1);
    await connection.until(notFound);
    connection.socket.destroy();

    await expectUnharmed(child);
  });

  test("a sender that stays within the limit, never ends the body and goes leaves nothing behind", async () => {
    const child = await serving("body.mjs", { node });
    const connection = await openConnection(child.port);

    connection.socket.write(headOf(withId("endless", invoke("", chunked))));
    await sendChunks(connection, 1);
    await child.line(startOf("endless"));
    connection.socket.destroy();

    await child.line(endOf("endless", "Unhandled"));
    await expectUnharmed(child);
  });

  test("a body of the very limit is taken", async () => {
    const child = await serving("body.mjs", { node, env: { BODY_LIMIT: "1000" } });
    const connection = await openConnection(child.port);
    expect(await send(child, invoke("x".repeat(1000)))).toMatchObject({
      status: 200,
      body: "1000",
    });

    connection.socket.write(headOf(invoke("", chunked)));
    connection.socket.write(`3e8\r\n${"x".repeat(1000)}\r\n0\r\n\r\n`);
    await connection.until("\r\n\r\n1000");
    expect(await send(child, invoke("x".repeat(1001)))).toMatchObject({ status: 404 });
  });
});

test("a body that comes byte by byte takes no more room than its bytes do", async () => {
  const child = await serving("body.mjs");
  const before = await peakOf(child);
  const connection = await openConnection(child.port);

  connection.socket.write(headOf(withId("crumbs", invoke("", chunked))));
  const crumbs = Buffer.from("1\r\nx\r\n".repeat(10_000));
  for (let index = 0; index < 40; index++) await taken(connection, crumbs);
  connection.socket.write("0\r\n\r\n");
  await connection.until("\r\n\r\n400000");

  // Kept as they come, they took 180 MB.
  expect((await peakOf(child)) - before).toBeLessThan(100 * mebibyte);
  await expectUnharmed(child);
});

/** The most memory that the program has had, in bytes. */
async function peakOf(child: Child): Promise<number> {
  return 1024 * Number((await send(child, httpInvoke())).body);
}

/** Sends chunks of a mebibyte each, no faster than they are taken. */
async function sendChunks(connection: Connection, count: number): Promise<void> {
  const chunk = Buffer.from(`100000\r\n${"x".repeat(mebibyte)}\r\n`);
  for (let index = 0; index < count; index++) await taken(connection, chunk);
}

async function taken({ socket }: Connection, bytes: Buffer): Promise<void> {
  const written = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await within(written, "the upload to go on");
}

/** Fails unless the program serves as before, and knows of nothing in flight when it is to stop. */
async function expectUnharmed(child: Child): Promise<void> {
  expect(await send(child, invoke("four"))).toMatchObject({ status: 200, body: "4" });
  child.process.kill("SIGTERM");
  expect(await exitOf(child)).toBe(0);
  expectPairedMarkers(child);
  expect(child.stderr).toBe("");
}
