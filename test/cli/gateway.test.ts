import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { callerResponseOf } from "../../packages/cli/src/gateway/caller-response.ts";
import { Gateway } from "../../packages/cli/src/gateway/gateway.ts";
import type { GatewayOptions } from "../../packages/cli/src/gateway/gateway.ts";
import { isListening } from "../../packages/cli/src/gateway/instance.ts";
import type { Invocation } from "../../packages/cli/src/gateway/invocation.ts";
import { isGone } from "./fcrt.ts";

const file = fileURLToPath(new URL("../fixtures/cli/function.mjs", import.meta.url));

interface Facts {
  readonly pid: number;
  readonly method: string;
  readonly url: string;
  readonly headers: string[];
  readonly most: number;
  readonly sockets: number;
  readonly seen: { url: string; id: string; kind: string; retry: string }[];
  readonly env: Record<string, string>;
}

function gatewayTo(
  options: Partial<GatewayOptions> = {},
  env: Record<string, string> = {},
): Gateway {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const target = { command: ["env", ...variables, process.execPath, file] };
  const gateway = new Gateway({ target, ...options });
  onTestFinished(async () => gateway.kill());
  return gateway;
}

async function act(gateway: Gateway, name: string, more: object = {}): Promise<Invocation> {
  return gateway.invoke({ kind: "invoke", body: JSON.stringify({ act: name, ...more }) });
}

async function factsOf(gateway: Gateway): Promise<Facts> {
  const { response } = await act(gateway, "facts");
  return JSON.parse(response!.body.toString()) as Facts;
}

function headersIn({ headers }: Facts): Record<string, string> {
  return Object.fromEntries(
    headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]!]] : [])),
  );
}

/** `R` running or `S` asleep, `T` stopped, `undefined` when it is gone. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

describe("what a program is told", () => {
  test("its environment is the platform's, and holds no other credentials than the gateway's own", async () => {
    const own = [
      "FC_FUNCTION_NAME",
      "FC_MINE",
      "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
      "ALIBABA_CLOUD_MINE",
    ];
    for (const name of own) process.env[name] = "mine";
    onTestFinished(() => {
      for (const name of own) delete process.env[name];
    });
    const gateway = gatewayTo();

    const { env } = await factsOf(gateway);

    const { credentials } = gateway.facts;
    expect(env).toMatchObject({
      FC_FUNCTION_NAME: "local-function",
      FC_REGION: "cn-hangzhou",
      FC_ACCOUNT_ID: "123456789012",
      FC_FUNCTION_MEMORY_SIZE: "512",
      ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
      ALIBABA_CLOUD_SECURITY_TOKEN: credentials.securityToken,
      TZ: "UTC",
    });
    expect(Object.values(env)).not.toContain("mine");
    expect(env["FC_CUSTOM_LISTEN_PORT"]).toBe(env["FC_SERVER_PORT"]);
    expect(env["FC_INSTANCE_ID"]).toMatch(/^c-/);
  });

  test("an event of FC 3.0 has its headers, the empty ones included, and an id with the time", async () => {
    const facts = await factsOf(gatewayTo());

    expect(facts).toMatchObject({ method: "POST", url: "/invoke" });
    expect(headersIn(facts)).toMatchObject({
      "x-fc-control-path": "/invoke",
      "content-type": "application/octet-stream",
      "x-fc-version-id": "",
      "x-fc-service-name": "",
      "x-fc-retry-count": "0",
      "x-fc-client-ip": "",
      "x-fc-function-timeout": "60",
    });
    expect(headersIn(facts)["x-fc-request-id"]).toMatch(/^1-[\da-f]{8}-[\da-f]{8}-[\da-f]{12}$/);
    expect(headersIn(facts)["x-fc-access-key-secret"]).toContain("CANARY");
  });

  test("an event of FC 2.0 has the headers of hooks, a service and a UUID", async () => {
    const headers = headersIn(await factsOf(gatewayTo({ generation: 2 })));

    expect(headers).toMatchObject({
      "x-fc-service-name": "local-service",
      "x-fc-initialization-timeout": "300",
      "x-fc-instance-lifecycle-pre-freeze-handler": "index.handler",
    });
    expect(headers["x-fc-request-id"]).toMatch(/^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/);
    expect(headers).not.toHaveProperty("x-fc-retry-count");
  });

  test("an HTTP invocation arrives as the caller sent it, without what he claims of the platform", async () => {
    const { response } = await gatewayTo().invoke({
      kind: "http-invoke",
      method: "PUT",
      path: "/facts?a=1",
      headers: [
        ["X-Own", "kept"],
        ["X-Fc-Request-Id", "forged"],
      ],
      body: "12345",
    });

    const facts = JSON.parse(response!.body.toString()) as Facts;
    expect(facts).toMatchObject({ method: "PUT", url: "/facts?a=1", length: 5 });
    expect(headersIn(facts)).toMatchObject({
      "X-Own": "kept",
      "x-fc-control-path": "/http-invoke",
      "x-fc-base-path": "/facts",
    });
    expect(facts.headers).not.toContain("forged");
  });
});

describe("the instance", () => {
  test("is initialized once, before the first call, and told when it ends", async () => {
    const gateway = gatewayTo({ hooks: ["initialize", "pre-stop"], concurrency: 5 });
    await Promise.all(Array.from({ length: 5 }, async () => act(gateway, "echo")));
    const { seen } = await factsOf(gateway);

    const preStop = await gateway.stop();

    expect(seen.map(({ kind }) => kind)).toEqual(["/initialize", ...Array(6).fill("/invoke")]);
    expect(seen[0]?.id).toMatch(/^[\da-f]{8}-/);
    expect(preStop).toMatchObject({ kind: "pre-stop", outcome: { status: "success" } });
  });

  test("keeps one connection for calls that follow each other", async () => {
    const gateway = gatewayTo();
    await act(gateway, "echo");
    const { response } = await act(gateway, "echo");

    expect(response?.reusedConnection).toBe(true);
    // The other one is the look whether it listens.
    expect((await factsOf(gateway)).sockets).toBe(1);
  });

  test("never has more calls than its concurrency", async () => {
    const gateway = gatewayTo({ concurrency: 3 });
    await Promise.all(Array.from({ length: 12 }, async () => act(gateway, "wait")));

    expect((await factsOf(gateway)).most).toBe(3);
  });

  test("the first call is a cold start, the next is none", async () => {
    const gateway = gatewayTo();

    expect((await act(gateway, "echo")).coldStart).toBe(true);
    expect((await act(gateway, "echo")).coldStart).toBe(false);
  });

  test("stands still when the last response has ended, and goes on with the next request", async () => {
    const gateway = gatewayTo({ freeze: true, hooks: ["initialize"], concurrency: 2 });
    const { pid } = await factsOf(gateway);
    await expect.poll(() => stateOf(pid)).toBe("T");

    const both = await Promise.all([act(gateway, "wait"), act(gateway, "echo")]);

    expect(both.map(({ outcome }) => outcome.status)).toEqual(["success", "success"]);
    await expect.poll(() => stateOf(pid)).toBe("T");
  });

  test("of FC 2.0 is told before it stands still", async () => {
    const gateway = gatewayTo({ generation: 2, freeze: true, hooks: ["pre-freeze"] });
    await act(gateway, "echo");
    const { seen, pid } = await factsOf(gateway);

    expect(seen.map(({ kind }) => kind)).toEqual(["/invoke", "/pre-freeze", "/invoke"]);
    await expect.poll(() => stateOf(pid)).toBe("T");
  });

  test("ends with all that it has started, frozen or not", async () => {
    const gateway = gatewayTo({ freeze: true });
    const { pid } = await factsOf(gateway);

    await gateway.stop();

    expect(stateOf(pid)).toBeUndefined();
  });
});

test("what a command has started goes with it, also when it ends by itself", async () => {
  const others = fileURLToPath(new URL("../fixtures/cli/starts-others.mjs", import.meta.url));
  const gateway = new Gateway({ target: { command: [process.execPath, others] } });
  onTestFinished(async () => gateway.kill());
  const { pid } = await factsOf(gateway);
  const { program } = await gateway.instance();

  process.kill(program!.id, "SIGKILL");

  expect(await program!.ended).toMatchObject({ signal: "SIGKILL" });
  await expect.poll(() => isGone(pid)).toBe(true);
});

describe("an initializer that fails", () => {
  const failing = (status: number): Record<string, string> => ({
    INITIALIZER: JSON.stringify({ status, reported: "404", content: '{"errorMessage":"no"}' }),
  });

  test("keeps calls from the function, and is asked again", async () => {
    const gateway = gatewayTo({ hooks: ["initialize"] }, failing(404));
    const first = await act(gateway, "echo");
    const { program } = await gateway.instance();
    const second = await act(gateway, "echo");

    for (const { response, outcome } of [first, second]) {
      expect(response).toBeUndefined();
      expect(outcome).toMatchObject({ errorType: "InitializationError" });
    }
    expect((await gateway.instance()).program).toBe(program);
    expect(callerResponseOf(first)).toMatchObject({ status: 200 });
  });

  test("with a 500 costs the instance", async () => {
    const gateway = gatewayTo({ hooks: ["initialize"] }, failing(500));
    const { program } = await gateway.instance();
    await act(gateway, "echo");

    expect(program?.exit).toMatchObject({ signal: "SIGKILL" });
    expect((await gateway.instance()).program).not.toBe(program);
  });
});

describe("the outcome", () => {
  test("is what x-fc-status says, and success when it says nothing", async () => {
    const gateway = gatewayTo();

    expect(await act(gateway, "fail")).toMatchObject({
      outcome: { status: "failure", errorType: "UnhandledInvocationError" },
    });
    expect(await act(gateway, "silent")).toMatchObject({
      response: { status: 500 },
      outcome: { status: "success" },
    });
  });

  test("of a call that takes too long is a failure, and its instance is killed", async () => {
    const gateway = gatewayTo({ functionTimeout: 300 });
    const { pid } = await factsOf(gateway);

    const { outcome } = await act(gateway, "hang");

    expect(outcome).toMatchObject({ status: "failure", reason: expect.stringContaining("0.3 s") });
    expect(stateOf(pid)).toBeUndefined();
    expect((await factsOf(gateway)).pid).not.toBe(pid);
  });

  test("of a call whose process ends is a failure, as that of its neighbors", async () => {
    const gateway = gatewayTo({ concurrency: 2 });
    await gateway.instance();
    const [neighbor, culprit] = await Promise.all([act(gateway, "hang"), act(gateway, "exit")]);

    for (const { outcome } of [neighbor, culprit])
      expect(outcome).toMatchObject({ reason: expect.stringContaining("exit code 7") });
    expect(callerResponseOf(culprit)).toMatchObject({ status: 502 });
    expect((await act(gateway, "echo")).coldStart).toBe(true);
  });

  test("of a call whose caller goes away is a failure, and the instance stays", async () => {
    const gateway = gatewayTo();
    const { pid } = await factsOf(gateway);
    const body = JSON.stringify({ act: "hang" });

    const { outcome } = await gateway.invoke({
      kind: "invoke",
      body,
      signal: AbortSignal.timeout(50),
    });

    expect(outcome).toMatchObject({ reason: "the caller went away" });
    expect((await factsOf(gateway)).pid).toBe(pid);
  });

  test("of a failed call without a waiting caller is tried three times again, with the same id", async () => {
    const gateway = gatewayTo();
    const body = JSON.stringify({ act: "fail" });

    const attempts = await gateway.invokeAsync({ kind: "invoke", body });

    const { seen } = await factsOf(gateway);
    const { requestId } = attempts[0]!;
    expect(attempts.map(({ outcome }) => outcome.status)).toEqual(Array(4).fill("failure"));
    expect(seen.slice(0, 4).map(({ id, retry }) => [id, retry])).toEqual(
      ["0", "1", "2", "3"].map((retry) => [requestId, retry]),
    );
  });

  test("of a call without a waiting caller that succeeds is not tried again", async () => {
    expect(await gatewayTo().invokeAsync({ kind: "invoke", body: "{}" })).toHaveLength(1);
  });
});

describe("the limits", () => {
  const refused = (what: string, most: number): object => ({
    response: undefined,
    outcome: {
      errorType: "InvalidArgument",
      reason: expect.stringMatching(new RegExp(`Expected ${what} to have at most ${most} bytes`)),
    },
  });

  test("of a request: 8 KB of headers, 4 KB of path, 32 MB of body", async () => {
    const gateway = gatewayTo();
    const call = { kind: "http-invoke", path: "/" } as const;

    expect(await gateway.invoke({ ...call, headers: [["x", "x".repeat(8192)]] })).toMatchObject(
      refused("the headers", 8192),
    );
    expect(await gateway.invoke({ ...call, path: `/${"x".repeat(4096)}` })).toMatchObject(
      refused("the path", 4096),
    );
    const much = Buffer.alloc(32 * 1024 * 1024);
    expect(await gateway.invoke({ ...call, body: much })).toMatchObject({
      outcome: { status: "success" },
    });
    const tooMuch = await gateway.invoke({ ...call, body: Buffer.concat([much, much]) });
    expect(tooMuch).toMatchObject(refused("the body", 33_554_432));
    expect(callerResponseOf(tooMuch)).toMatchObject({ status: 400 });
  });

  test("of a request without a waiting caller: 128 KB", async () => {
    const body = "x".repeat(128 * 1024 + 1);

    expect(await gatewayTo().invokeAsync({ kind: "invoke", body })).toMatchObject([
      refused("the body", 131_072),
    ]);
  });

  test("of a response: 8 KB of headers", async () => {
    const invocation = await gatewayTo().invoke({ kind: "http-invoke", path: "/many-headers" });

    expect(invocation.outcome).toMatchObject({ errorType: "BadResponse" });
    expect(callerResponseOf(invocation)).toMatchObject({ status: 502 });
  });
});

describe("what a caller gets", () => {
  test("of an event is its body, whatever its status", async () => {
    const response = callerResponseOf(await act(gatewayTo(), "fail"));

    expect(response.status).toBe(200);
    expect(response.body.toString()).toBe("failed");
    expect(response.headers).toContainEqual(["x-fc-error-type", "UnhandledInvocationError"]);
  });

  test("of an HTTP invocation is all but what a runtime may not set", async () => {
    const invocation = await gatewayTo().invoke({ kind: "http-invoke", path: "/headers" });
    const { status, headers } = callerResponseOf(invocation);

    expect(status).toBe(200);
    expect(headers.map(([name]) => name.toLowerCase())).toEqual([
      "x-own",
      "set-cookie",
      "set-cookie",
      "x-fc-status",
      "transfer-encoding",
      "x-fc-request-id",
      "x-fc-invocation-duration",
    ]);
  });

  test("who asks for the tail gets the last 4 KB of the log in base64", async () => {
    const invocation = await act(gatewayTo(), "flood", { bytes: 20_000, line: 100 });
    const { headers } = callerResponseOf(invocation, true);
    const [, tail = ""] = headers.find(([name]) => name === "x-fc-log-result") ?? [];

    const text = Buffer.from(tail, "base64").toString();
    expect(text).toHaveLength(4096);
    expect(text).toMatch(/^x+\n/);
  });
});

describe("the log", () => {
  test("knows the invocation of a line by its id, and without one when no other runs", async () => {
    const gateway = gatewayTo();
    const { log, requestId } = await act(gateway, "log");

    // Two pipes keep no order between them.
    const lines = log.map(({ source, text, attribution }) => [source, text, attribution]);
    expect(lines.filter(([source]) => source === "stdout")).toEqual([
      ["stdout", `2026-01-01T00:00:00.000 ${requestId} [INFO] with its id`, "line"],
      ["stdout", "without one", "only"],
    ]);
    expect(lines).toContainEqual(["stderr", `${requestId} on stderr`, "mention"]);
  });

  test("without an id a line belongs to nobody while two run", async () => {
    const gateway = gatewayTo({ concurrency: 2 });
    await gateway.instance();
    const abort = new AbortController();
    const body = JSON.stringify({ act: "hang" });
    const hanging = gateway.invoke({ kind: "invoke", body, signal: abort.signal });
    const { log } = await act(gateway, "log");
    abort.abort();
    await hanging;

    expect(log.map(({ text }) => text)).not.toContain("without one");
    const lines = gateway.log.lines.filter(({ text }) => text === "without one");
    expect(lines).toMatchObject([{ requestId: undefined, attribution: undefined }]);
  });
});

test("A connection that was accepted while the gateway itself stood still is none too late", async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));

  const listening = isListening("127.0.0.1", (server.address() as AddressInfo).port);
  const stall = new Int32Array(new SharedArrayBuffer(4));
  // Longer than a connection is waited for.
  Atomics.wait(stall, 0, 0, 2100);

  expect(await listening).toBe(true);
});
