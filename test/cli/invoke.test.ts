import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { samples } from "../../packages/cli/src/samples.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { fcrt as run, isGone } from "./fcrt.ts";
import type { Run, RunOptions } from "./fcrt.ts";

const folder = fileURLToPath(new URL("../fixtures/cli/", import.meta.url));
const program = ["--", "node", "function.mjs"];

async function invoke(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return run(["invoke", ...args], { cwd: folder, ...options });
}

interface Json {
  readonly initialization?: object;
  readonly preStop?: object;
  readonly invocations: {
    readonly requestId: string;
    readonly outcome: { readonly status: string };
    readonly response: {
      readonly body: string;
      readonly status: number;
      readonly headers: [string, string][];
      readonly isBase64Encoded: boolean;
    };
    readonly log: { readonly text: string; readonly late: boolean }[];
  }[];
  readonly count: number;
  readonly failed: number;
  readonly latency: Record<string, number>;
}

async function jsonOf(args: readonly string[], options?: RunOptions): Promise<Json> {
  const { stdout, stderr } = await invoke(["--json", ...args], options);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Json;
}

test("calls initialize, the function and pre-stop, and shows log, response, duration and outcome", async () => {
  const { stdout, code } = await invoke(["--event", '{"act":"log"}', ...program]);

  expect(
    stdout.replace(/[\da-f]{8}-[\da-f-]{10,}|1-[\da-f-]+/g, "ID").replace(/[\d.]+ ms/g, "1 ms"),
  ).toMatch(
    /^started in 1 ms\n\ninitialize ID: success, StatusCode 200, 1 ms\n\ninvoke ID: success, StatusCode 200, 1 ms, cold start\n(.*\n){3}\npre-stop ID: success, StatusCode 200, 1 ms\n$/,
  );
  expect(stdout).toContain("  without one\n");
  expect(stdout).toMatch(/^ {2}\(stderr\) \S+ on stderr$/m);
  expect(code).toBe(0);
});

test("a failure is told with its reason, and is exit code 1", async () => {
  const { stdout, code } = await invoke(["--event", '{"act":"fail"}', ...program]);

  expect(stdout).toContain(
    "failure (UnhandledInvocationError: the runtime answered x-fc-status: 404), StatusCode 404",
  );
  expect(stdout).toContain("  < failed\n");
  expect(code).toBe(1);
});

describe("the event", () => {
  test("comes from a file, from stdin, or is empty", async () => {
    const bodyOf = async (args: string[], input?: string): Promise<string | undefined> =>
      (await jsonOf([...args, ...program], input === undefined ? {} : { input })).invocations[0]
        ?.response.body;

    expect(await bodyOf(["--event", "function.mjs"])).toBe(
      readFileSync(`${folder}function.mjs`, "utf8"),
    );
    expect(await bodyOf(["--event", "-"], '{"from":"stdin"}')).toBe('{"from":"stdin"}');
    expect(await bodyOf([])).toBe("{}");
  });

  test.each(Object.keys(samples))("of the trigger %s is a sample", async (name) => {
    const { invocations } = await jsonOf(["--sample", name, ...program]);

    expect(JSON.parse(invocations[0]!.response.body)).toEqual(samples[name]);
  });
});

test("an HTTP invocation has method, path, headers and body", async () => {
  const { invocations } = await jsonOf([
    "--http",
    "PUT",
    "/facts?a=1",
    "-H",
    "x-one: 1",
    "-H",
    "x-two: 2",
    "-d",
    "12345",
    ...program,
  ]);

  expect(JSON.parse(invocations[0]!.response.body)).toMatchObject({
    method: "PUT",
    url: "/facts?a=1",
    headers: expect.arrayContaining(["x-one", "1", "x-two", "2", "x-fc-control-path"]),
    length: 5,
  });
});

test("x-fc-log-type: Tail gives the end of the log", async () => {
  const { invocations } = await jsonOf([
    "--http",
    "GET",
    "/log",
    "-H",
    "x-fc-log-type: Tail",
    ...program,
  ]);

  const { headers } = invocations[0]!.response;
  const [, tail = ""] = headers.find(([name]) => name === "x-fc-log-result") ?? [];
  expect(Buffer.from(tail, "base64").toString()).toContain("[INFO] with its id\n");
});

test("--async shows all tries of a failure", async () => {
  const { invocations, failed } = await jsonOf([
    "--async",
    "--event",
    '{"act":"fail"}',
    ...program,
  ]);

  expect(invocations).toHaveLength(4);
  expect(new Set(invocations.map(({ requestId }) => requestId)).size).toBe(1);
  expect(failed).toBe(1);
});

test("--count and --concurrency give latencies and failures", async () => {
  const many = ["--count", "50", "--concurrency", "10", "--event"];

  expect(await jsonOf([...many, '{"act":"wait"}', ...program])).toMatchObject({
    invocations: [],
    count: 50,
    failed: 0,
    latency: { p50: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) },
  });
  const { stdout, code } = await invoke([...many, '{"act":"fail"}', ...program]);
  expect(stdout).toMatch(/invocations +failed +p50 +p90 +p99 +max\n +50 +50( +[\d.]+ ms){4}\n/);
  expect(code).toBe(1);
});

test("a function that stands still between calls answers them all, and the hook at the end", async () => {
  const { preStop, failed } = await jsonOf(["--freeze", "--count", "5", ...program]);

  expect(failed).toBe(0);
  expect(preStop).toMatchObject({ outcome: { status: "success" } });
});

test("--timeout kills a function that does not answer", async () => {
  const { stdout, code } = await invoke([
    "--timeout",
    "0.5",
    "--event",
    '{"act":"hang"}',
    ...program,
  ]);

  expect(stdout).toContain("no answer within 0.5 s, the timeout of the function");
  expect(code).toBe(1);
});

test("an application without hooks is told to have none", async () => {
  const { stdout, code } = await invoke([
    "--http",
    "GET",
    "/",
    "--",
    "env",
    'INITIALIZER={"status":404,"content":"Cannot POST"}',
    "node",
    "function.mjs",
  ]);

  expect(stdout).toContain("initialize: the function has none\n");
  expect(code).toBe(0);
});

test("an initializer that fails keeps the call from the function, and is shown", async () => {
  const initializer = { status: 404, reported: "404", content: '{"errorMessage":"no"}' };
  const { stdout, code } = await invoke([
    "--",
    "env",
    `INITIALIZER=${JSON.stringify(initializer)}`,
    "node",
    "function.mjs",
  ]);

  expect(stdout).toMatch(/^initialize \S+: failure \(.*x-fc-status: 404\), StatusCode 404/m);
  expect(stdout).toMatch(
    /^invoke \S+: failure \(InitializationError: the initialization failed: /m,
  );
  expect(code).toBe(1);
});

describe("what a program writes, however much it is", () => {
  const tellMemory = `data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS))`;

  const flood = async (event: object): Promise<Run & { megabytes: number }> => {
    const result = await invoke(
      ["--event", JSON.stringify({ act: "flood", ...event }), ...program],
      {
        nodeOptions: ["--import", tellMemory],
      },
    );
    return { ...result, megabytes: Number(/peak (\d+)/.exec(result.stderr)?.[1]) / 1024 };
  };

  test.each([
    ["in lines", { bytes: 100_000_000, line: 200 }],
    ["in very short lines", { bytes: 1_000_000, line: 2 }],
    ["in one line", { bytes: 400_000_000 }],
  ])("is kept in bounds %s", async (_how, event) => {
    const { code, megabytes } = await flood(event);

    expect(code).toBe(0);
    expect(megabytes).toBeLessThan(250);
  });
});

test("bytes that a terminal would obey are spelled out", async () => {
  const { stdout } = await invoke(["--event", '"\u009b31m"', ...program]);

  expect(stdout).toContain(String.raw`  < "\u009b31m"`);
});

describe("nothing is left behind", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s in the middle", async (signal) => {
    const { pid, code } = await interrupted(signal, ["--", "node", "starts-others.mjs"]);

    await expect.poll(() => isGone(pid)).toBe(true);
    expect(code).toBe(128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal]);
  });

  test("by the end of a command that has started others", async () => {
    const { invocations } = await jsonOf([
      "--event",
      '{"act":"facts"}',
      "--",
      "node",
      "starts-others.mjs",
    ]);
    const { pid } = JSON.parse(invocations[0]!.response.body) as { pid: number };

    await expect.poll(() => isGone(pid)).toBe(true);
  });

  // The program tells its id where a test can read it, and then never answers.
  async function interrupted(
    signal: NodeJS.Signals,
    command: readonly string[],
  ): Promise<{ pid: number; code: number | null }> {
    const told = join(mkdtempSync(join(tmpdir(), "fcrt-")), "pid");
    let child: ChildProcess | undefined;
    const ended = invoke(["--event", '{"act":"tell-and-hang"}', ...command], {
      env: { TELL: told },
      onStart: (started) => (child = started),
    });
    await expect.poll(() => existsSync(told), { timeout: 10_000 }).toBe(true);
    child?.kill(signal);
    const { code } = await ended;
    return { pid: Number(readFileSync(told, "utf8")), code };
  }
});

test("reads a closed pipe as a wish to end", async () => {
  const { stderr } = await invoke(["--event", '{"act":"log"}', ...program], {
    onStart: (child) => child.stdout?.destroy(),
  });

  expect(stderr).toBe("");
});

test.each(nodeVersions)("runs on Node $version", async ({ path }) => {
  const { invocations } = await jsonOf(["--event", '{"a":1}', ...program], { node: path });

  expect(invocations[0]?.response.body).toBe('{"a":1}');
});

describe("wrong options are told in a sentence, with exit code 2", () => {
  const cases: [args: string[], message: string][] = [
    [[], "Expected a command, such as `fcrt invoke -- node server.js`, got none"],
    [["--http", "GET", "--", "true"], "and a path, such as `GET /`, got `GET`"],
    [["--http", "GET", "/", "more", "--", "true"], "got `GET / more`"],
    [["-d", "x", "--", "true"], "Expected `-H` and `-d` together with `--http`"],
    [["--http", "GET", "/", "-H", "nothing", "--", "true"], "to be `name: value`, got `nothing`"],
    [["--sample", "tea", "--", "true"], "Expected `--sample` to be one of timer, oss"],
    [["--sample", "oss", "--event", "{}", "--", "true"], "Expected one of --event and --sample"],
    [
      ["--count", "0", "--", "true"],
      "Expected `--count` to be a number from 1 to 1000000, got `0`",
    ],
    [["--count", "1.5", "--", "true"], "to be a whole number from 1 to 1000000, got `1.5`"],
    [["--concurrency", "201", "--", "true"], "a number from 1 to 200, got `201`"],
    [["--event", "no.json", "--", "true"], "Expected `--event` to name a file, got `no.json`"],
  ];

  test.concurrent.each(cases)("%j", async (args, message) => {
    const { code, stderr } = await invoke(args, { stopWith: () => {} });

    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });
});
