import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, startChild } from "../support/child.ts";
import type { Child, ChildOptions } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { invoke } from "../support/platform-request.ts";
import { exitOf, pathOf, send, serving } from "./program.ts";

interface Mistake {
  readonly what: string;
  readonly handlers?: unknown;
  readonly options?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly code: "FCRT_OPTION_INVALID" | "FCRT_OPTION_UNKNOWN" | "FCRT_LISTEN_FAILED";
  readonly message: string;
}

const invalid = "FCRT_OPTION_INVALID";
const unknown = "FCRT_OPTION_UNKNOWN";
const anyHandler = { invoke: "function" };
const everyHandler = "one of initialize, invoke, http, fetch, preFreeze, preStop at least";

const mistakes: readonly Mistake[] = [
  {
    what: "a bad option",
    options: { port: "x" },
    code: invalid,
    message: 'Expected `port` to be an integer from 0 to 65535, got `"x"`',
  },
  {
    what: "a port that there is not",
    options: { port: 65_536 },
    code: invalid,
    message: "Expected `port` to be an integer from 0 to 65535, got `65536`",
  },
  {
    what: "an unknown option that is nearly one",
    options: { drainTimout: 1 },
    code: unknown,
    message: "Unknown option `drainTimout`: did you mean `drainTimeout`?",
  },
  {
    what: "an unknown handler that is nearly one",
    handlers: { invok: "function" },
    code: unknown,
    message: "Unknown handler `invok`: did you mean `invoke`?",
  },
  {
    what: "a handler that is no function",
    handlers: { invoke: 1 },
    code: invalid,
    message: "Expected `invoke` to be a function, got `1`",
  },
  {
    what: "both http and fetch",
    handlers: { http: "function", fetch: "function" },
    code: invalid,
    message: "Expected `fetch` to be absent when `http` is given, got `a function`",
  },
  {
    what: "no handler",
    handlers: {},
    code: invalid,
    message: `Expected \`handlers\` to be ${everyHandler}, got \`{}\``,
  },
  {
    what: "no handlers at all",
    handlers: null,
    code: invalid,
    message: "Expected `handlers` to be an object of handlers, got `null`",
  },
  {
    what: "a bad FC_SERVER_PORT",
    env: { FC_SERVER_PORT: "9000x" },
    code: invalid,
    message: 'Expected `FC_SERVER_PORT` to be an integer from 0 to 65535, got `"9000x"`',
  },
  {
    what: "a bad FC_CUSTOM_LISTEN_PORT",
    env: { FC_SERVER_PORT: "", FC_CUSTOM_LISTEN_PORT: "-1" },
    code: invalid,
    message: 'Expected `FC_CUSTOM_LISTEN_PORT` to be an integer from 0 to 65535, got `"-1"`',
  },
  {
    what: "a host that is not this machine's",
    options: { host: "192.0.2.1", port: 65_000 },
    code: "FCRT_LISTEN_FAILED",
    message:
      "Expected to listen on port 65000 of 192.0.2.1, but listen EADDRNOTAVAIL: address not available 192.0.2.1:65000",
  },
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  describe.each(["start-up.mjs", "start-up.cjs"])("in %s", (fixture) => {
    // What is wrong makes no difference to the others, how a promise is rejected does.
    const some = node === process.execPath ? mistakes : mistakes.slice(0, 1);
    test.each(some)("$what is one line, and exit code 1", async (mistake) => {
      const child = await startChild(pathOf(fixture), { node, env: environmentOf(mistake) });

      expect(await exitOf(child)).toBe(1);
      expectOneLine(child, mistake.message);
    });

    test("a port in use is one line, and exit code 1", async () => {
      const port = await takenPort();
      const env = environmentOf({ options: { port } });
      const child = await startChild(pathOf(fixture), { node, env });

      expect(await exitOf(child)).toBe(1);
      expectOneLine(child, `Expected to listen on port ${port} of 0.0.0.0, but it is in use`);
    });
  });
});

test.each(mistakes)("$what can be caught as an FcrtError", async (mistake) => {
  const env = { ...environmentOf(mistake), CAUGHT: "yes" };
  const child = await startChild(pathOf("start-up.mjs"), { env });

  expect(await exitOf(child)).toBe(0);
  expect(child.stdout).toBe(`FcrtError ${mistake.code}: ${mistake.message}\n`);
  expect(child.stderr).toBe("");
});

test("a port in use can be caught and another one taken, and preStop runs once for both", async () => {
  const taken = await takenPort();
  const child = await serving("second-port.mjs", { env: { TAKEN: String(taken) } });
  expect(child.lines[0]).toBe("FCRT_LISTEN_FAILED EADDRINUSE");

  child.process.kill("SIGTERM");

  expect(await exitOf(child)).toBe(0);
  expect(child.lines.filter((line) => line === "preStop runs")).toHaveLength(1);
});

describe("the port is", () => {
  test("the option before FC_SERVER_PORT, even a bad one", async () => {
    const port = await freePort();
    const env = { OPTIONS: JSON.stringify({ port }), FC_SERVER_PORT: "bad" };
    expect(await listenerOf({ env })).toMatchObject({ port });
  });

  test("FC_SERVER_PORT before FC_CUSTOM_LISTEN_PORT", async () => {
    const [first, second] = [await freePort(), await freePort()];
    const env = { FC_SERVER_PORT: String(first), FC_CUSTOM_LISTEN_PORT: String(second) };
    expect(await listenerOf({ env })).toMatchObject({ port: first });
  });

  test("FC_CUSTOM_LISTEN_PORT when FC_SERVER_PORT is empty", async () => {
    const port = await freePort();
    const env = { FC_SERVER_PORT: "", FC_CUSTOM_LISTEN_PORT: String(port) };
    expect(await listenerOf({ env })).toMatchObject({ port });
  });

  test("9000 when nothing says another", async () => {
    const child = await startChild(pathOf("listen.mjs"), { env: { FC_SERVER_PORT: "" } });
    // Somebody else may have it: then the one line about that names it.
    expect(await child.line(/"port":|in use/)).toMatch(
      /^{"port":9000,|Expected to listen on port 9000 of 0\.0\.0\.0, but it is in use$/,
    );
  });

  test("a free one for 0", async () => {
    const { port, url } = await listenerOf({ env: { OPTIONS: '{"port":0}' } });
    expect(port).toBeGreaterThan(0);
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });
});

test.each(nodeVersions)(
  "on Node $version it listens on 0.0.0.0 with no timeout of the server's own",
  async ({ path: node }) => {
    const { port, address, timeouts } = await listenerOf({ node });
    expect(address).toEqual({ address: "0.0.0.0", family: "IPv4", port });
    expect(timeouts).toEqual({
      timeout: 0,
      keepAliveTimeout: 0,
      headersTimeout: 0,
      requestTimeout: 0,
    });
  },
);

function environmentOf({
  handlers = anyHandler,
  options = {},
  env = {},
}: Partial<Mistake>): Record<string, string> {
  return { HANDLERS: JSON.stringify(handlers), OPTIONS: JSON.stringify(options), ...env };
}

/** Stdout is where the platform collects logs, so that is where a start that failed is told. */
function expectOneLine(child: Child, message: string): void {
  expect(child.lines).toHaveLength(1);
  expect(child.lines[0]?.slice("2025-01-01T00:00:00.000 ".length)).toBe(`- [ERROR] ${message}`);
  expect(child.lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} /);
  expect(child.stderr).toBe("");
}

interface Listener {
  readonly port: number;
  readonly url: string;
  readonly address: AddressInfo;
  readonly timeouts: Readonly<Record<string, number>>;
}

/** How a runtime listens, as it says itself, once an answer has come from there. */
async function listenerOf(options: ChildOptions): Promise<Listener> {
  const child = await serving("listen.mjs", options);
  const listener = JSON.parse(await child.line('"port":')) as Listener;
  expect(await send(listener, invoke())).toMatchObject({ status: 200, body: "done" });
  return listener;
}

async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  // A server that listens on a port has an address of this form.
  return (server.address() as AddressInfo).port;
}
