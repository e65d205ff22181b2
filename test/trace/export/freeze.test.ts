import { once } from "node:events";
import { request } from "node:http";
import { expect, test } from "vitest";
import type { Child } from "../../support/child.ts";
import { silent, startCollector, taking, expectSpans } from "../../support/collector.ts";
import type { PlatformRequest } from "../../support/platform-request.ts";
import { hook } from "../../support/platform-request.ts";
import { invocation, send, serving, within } from "./program.ts";

const rounds = 50;

test(`every span has arrived when the last byte of the response has, ${rounds} times: the process is stopped there`, async () => {
  const collector = await startCollector();
  const child = await start({
    exporter: { type: "otlp", url: collector.url },
    flushTimeout: 10_000,
  });

  for (let round = 0; round < rounds; round++) {
    const told = await frozenAtTheEnd(child, invocation(`request-${round}`));
    expect(told).toBe(200);
    // Whatever came, came before: a stopped process sends nothing, and the collector answers before the response ends.
    expect(collector.spans.map(({ name }) => name).slice(2 * round)).toEqual([
      `work of request-${round}`,
      "my-function",
    ]);
    child.process.kill("SIGCONT");
  }
});

test("the spans of an export that a freeze has interrupted go with the next invocation", async () => {
  const collector = await startCollector();
  collector.answering = silent;
  const child = await start({ exporter: { type: "otlp", url: collector.url }, flushTimeout: 1000 });

  expect(await frozenAtTheEnd(child, invocation("request-0"))).toBe(200);
  await collector.received(1);
  collector.breakConnections();
  collector.answering = taking;
  child.process.kill("SIGCONT");
  await send(child, invocation("request-1"));

  await expectSpans(collector, 4);
});

test("connections that the collector has closed during a freeze are replaced at once", async () => {
  const collector = await startCollector();
  // So short that a second attempt after a pause, however short, comes too late.
  const timeout = 70;
  const child = await start({
    exporter: { type: "otlp", url: collector.url, timeout },
    flushTimeout: 10_000,
  });
  let atOnce = 0;
  let connections = 0;

  // On a busy machine a POST may take longer than that, but not each of them.
  for (let round = 0; round < rounds && atOnce < 5; round++) {
    await send(child, invocation(`before-${round}`));
    expect(await frozenAtTheEnd(child, hook("pre-freeze"))).toBe(200);
    const before = collector.posts.length;
    connections = collector.posts.at(-1)?.connection ?? 0;
    collector.breakConnections();
    child.process.kill("SIGCONT");
    await send(child, invocation(`after-${round}`));
    const arrived = collector.posts
      .slice(before)
      .flatMap(({ spans }) => spans.map(({ name }) => name));
    if (arrived.includes(`work of after-${round}`)) atOnce += 1;
    expect(collector.posts.at(-1)?.connection).toBeGreaterThan(connections);
  }

  expect(atOnce).toBe(5);
});

test("a connection that breaks as it is used again is replaced at once", async () => {
  const collector = await startCollector();
  const child = await start({
    exporter: { type: "otlp", url: collector.url, timeout: 70 },
    flushTimeout: 10_000,
  });
  const used = new Set<unknown>();
  collector.answering = {
    head({ socket }) {
      if (!used.has(socket)) {
        used.add(socket);
        return false;
      }
      socket.resetAndDestroy();
      return true;
    },
    whole: (response) => response.end(),
  };
  // Whoever keeps the spans for later sends them over a new connection then, so every other round succeeds.
  let inARow = 0;

  for (let round = 0; round < rounds && inARow < 3; round++) {
    await send(child, invocation(`request-${round}`));
    const names = collector.spans.map(({ name }) => name);
    inARow = names.includes(`work of request-${round}`) ? inARow + 1 : 0;
  }

  expect(inARow).toBe(3);
});

async function start(options: object): Promise<Child> {
  return serving("traced.mjs", { env: { TRACING: JSON.stringify(options) } });
}

/** Sends a request and stops the process at the very moment that the last byte of its response is read. */
async function frozenAtTheEnd(child: Child, sent: PlatformRequest): Promise<number | undefined> {
  const { method, path, headers, body } = sent;
  const outgoing = request({
    host: "127.0.0.1",
    port: child.port,
    method,
    path,
    headers,
    agent: false,
  });
  outgoing.end(body);
  const [response] = await within(once(outgoing, "response"), "a response");
  response.once("end", () => child.process.kill("SIGSTOP"));
  response.resume();
  await within(once(response, "close"), "the end of a response");
  return response.statusCode;
}
