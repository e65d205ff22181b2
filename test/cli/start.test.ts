import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bin, fcrt, rulesIn } from "./fcrt.ts";
import type { Run, RunOptions } from "./fcrt.ts";

const cwd = fileURLToPath(new URL("../fixtures/start/", import.meta.url));

// The platform's part is played by the other commands: they start `fcrt start` as the program of a function.
function started(...args: readonly string[]): string[] {
  return ["--", "node", bin, "start", ...args];
}

interface Called {
  readonly initialization?: { readonly response: { readonly status: number } };
  readonly invocations: readonly [
    {
      readonly response: { readonly status: number; readonly body: string };
      readonly log: readonly { readonly text: string }[];
    },
  ];
  readonly preStop?: { readonly log: readonly { readonly text: string }[] };
}

async function invoke(flags: readonly string[], ...start: readonly string[]): Promise<Called> {
  const { stdout, stderr } = await fcrt(["invoke", "--json", ...flags, ...started(...start)], {
    cwd,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Called;
}

test("An event handler of the built-in runtime answers events, its lines are recommended ones", async () => {
  const { invocations } = await invoke(["--event", "[1]"], "esm/index.hello");
  const [{ response, log }] = invocations;

  expect(response).toMatchObject({ status: 200, body: "Hello World!" });
  expect(log.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^FC Invoke Start RequestId: \S+$/),
    expect.stringMatching(/^\S{23} \S+ \[INFO\] receive event: \[1\]$/),
    expect.stringMatching(/^FC Invoke End RequestId: \S+$/),
  ]);
});

test("A handler with a callback, in CommonJS, is one too", async () => {
  const { invocations } = await invoke(["--event", '{"key":"value"}'], "cjs/index.key");

  expect(invocations[0].response).toMatchObject({ status: 200, body: "value" });
});

test("--initializer is called before the first invocation, --pre-stop before the end", async () => {
  const hooks = ["--initializer", "esm/index.initialize", "--pre-stop", "esm/process.preStop"];
  const { initialization, invocations, preStop } = await invoke([], "esm/index.isReady", ...hooks);

  expect(initialization?.response.status).toBe(200);
  expect(invocations[0].response.body).toBe("true");
  expect(preStop?.log.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/ \[INFO\] stopping$/),
  );
});

test("--pre-freeze is called before a freeze of FC 2.0", async () => {
  const args = ["check", "--reporter", "json", "--only", "FC-LIFECYCLE-002"];
  const run = await fcrt(
    [...args, ...started("cjs/index.hello", "--pre-freeze", "cjs/index.preFreeze")],
    { cwd },
  );

  expect(rulesIn(run)[0]).toMatchObject({
    result: "failed",
    seen: expect.stringContaining("cannot freeze"),
  });
});

describe("An HTTP request", () => {
  const request = ["--http", "POST", "/a?b=c", "-H", "content-type: text/plain", "-d", "hi"];

  test("is a JSON event to a handler of FC 3.0, which it is unless something else is said", async () => {
    const { invocations } = await invoke(request, "esm/index.body");

    expect(invocations[0].response).toMatchObject({ status: 200, body: "hi" });
  });

  test("is request and response to a handler of FC 2.0, with --form http", async () => {
    const { invocations } = await invoke(request, "cjs/index.httpRequest", "--form", "http");

    expect(JSON.parse(invocations[0].response.body)).toMatchObject({
      method: "POST",
      path: "/a",
      queries: { b: "c" },
      body: "hi",
    });
  });
});

test("What it starts keeps the contract", { timeout: 60_000 }, async () => {
  const ways = ["--event", '{"key":"value"}', "--error-event", "null", "--http", "/"];
  const hooks = ["--initializer", "esm/index.initialize", "--pre-stop", "esm/process.preStop"];
  const run = await fcrt(
    ["check", "--reporter", "json", ...ways, ...started("esm/index.key", ...hooks)],
    { cwd },
  );

  expect(rulesIn(run).filter(({ result }) => result === "failed")).toEqual([]);
  expect(run.code).toBe(0);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets it end in its own way: pre-stop runs, exit code 0",
  async (signal) => {
    const run = await startAlone(["esm/index.hello", "--pre-stop", "esm/process.preStop"], {
      onStart(child) {
        child.stdout?.on("data", (text: string) => {
          if (text.includes("runtime inited.")) child.kill(signal);
        });
      },
    });

    expect(run.stdout).toMatch(/PreStop Start .*\n.* stopping\n.*\n.*PreStop End .*\n$/);
    expect(run).toMatchObject({ code: 0, stderr: "" });
  },
);

describe("a mistake on the command line is a sentence on stderr, with exit code 2", () => {
  const cases: [what: string, args: string[], message: string][] = [
    ["no handler", [], "missing required argument 'handler'"],
    ["two handlers", ["a.b", "c.d"], "Expected 1 argument but got 2"],
    ["an unknown form", ["a.b", "--form", "fc2"], "Allowed choices are event, http"],
    ["an unknown option", ["a.b", "--initialiser", "a.c"], "(Did you mean --initializer?)"],
  ];

  test.each(cases)("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await startAlone(args);

    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("what cannot be started is a line for the platform's log, with exit code 1", () => {
  const cases: [what: string, args: string[], message: string][] = [
    ["a handler without an export", ["index"], "Expected `handler` to be a file and one of its"],
    ["no such file", ["nothing.handler"], "Expected `nothing` with one of .js"],
    ["no such export", ["esm/index.none"], "to export a function `none`"],
    ["no such hook", ["esm/index.hello", "--pre-stop", "esm/index.none"], "a function `none`"],
  ];

  test.each(cases)("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await startAlone(args);

    expect(stdout).toMatch(/^\S{23} - \[ERROR\] [^\n]*\n$/);
    expect(stdout).toContain(message);
    expect(stderr).toBe("");
    expect(code).toBe(1);
  });
});

async function startAlone(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return fcrt(["start", ...args], { cwd, env: { FC_SERVER_PORT: "0" }, ...options });
}
