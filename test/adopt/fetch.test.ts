import { randomUUID } from "node:crypto";
import { request as send } from "node:http";
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { currentInvocation, serve } from "@fcrt/core";
import type { Handlers } from "@fcrt/core";
import { beforeAll, describe, expect, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { startChild } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { canary, httpInvoke } from "../support/platform-request.ts";
import { settled } from "./settled.ts";
import {
  call,
  cleanLines,
  expectFailure,
  expectSuccess,
  fixtures,
  linesOf,
  patience,
} from "./ways.ts";
import type { Served } from "./ways.ts";

const captured = captureStdout();

interface Place {
  readonly name: string;
  start(): Promise<Served & { readonly stderr: string }>;
}

const inProcess: Place = {
  name: "in this process",
  async start() {
    Object.assign(globalThis, { currentInvocation });
    const { handler } = (await import(`${fixtures}fetch.mjs`)) as {
      handler: NonNullable<Handlers["fetch"]>;
    };
    const runtime = await serve({ fetch: handler }, { port: 0, host: "127.0.0.1" });
    return {
      port: runtime.port,
      stderr: "",
      get lines() {
        return captured.lines;
      },
      stop: () => runtime.close(),
    };
  },
};

const inChild = nodeVersions.map(({ version, path }): Place => ({
  name: `built, on Node ${version}`,
  async start() {
    let stop = async (): Promise<void> => {};
    const options = { node: path, stopWith: (stopChild: typeof stop) => (stop = stopChild) };
    const child = await startChild(`${fixtures}start-fetch.mjs`, options);
    await child.line("runtime inited");
    return {
      port: child.port,
      get lines() {
        return child.lines;
      },
      get stderr() {
        return child.stderr;
      },
      stop: () => stop(),
    };
  },
}));

describe.each([inProcess, ...inChild])("$name", ({ start }) => {
  let served: Awaited<ReturnType<Place["start"]>>;
  beforeAll(async () => {
    served = await start();
    return served.stop;
  });

  test("a response passes through between one Start and one End", async () => {
    const answer = await call(served, "GET", "/text");
    expect(answer).toMatchObject({ status: 200, fcStatus: "200", body: "some text" });
    expect(answer.headers).toMatchObject({ "x-one": "1" });
    await expectSuccess(served, answer.id);
  });

  test("the request is a real one, without credentials", async () => {
    const { body, id } = await call(served, "PROPFIND", "/request", {
      headers: { "x-many": ["1", "2"], cookie: ["a=1", "b=2"] },
    });
    const { real, method, headers } = JSON.parse(body) as Record<string, [string, string][]>;
    expect(real).toEqual([true, true, false]);
    expect(method).toBe("PROPFIND");
    expect(headers).toContainEqual(["x-many", "1, 2"]);
    expect(headers).toContainEqual(["cookie", "a=1; b=2"]);
    expect(headers).toContainEqual(["x-fc-request-id", id]);
    expect(body).not.toMatch(/x-fc-(access-key|security-token)/);
    for (const secret of Object.values(canary)) expect(body).not.toContain(secret);
  });

  test("the request can be cloned and made into a new one", async () => {
    const { body } = await call(served, "POST", "/copy", { body: "content" });
    expect(JSON.parse(body)).toEqual({
      method: "POST",
      headers: [["x-new", "1"]],
      texts: ["content", "content"],
    });
  });

  const form = { "content-type": "application/x-www-form-urlencoded" };

  test.each<[string, unknown, (string | Uint8Array)?, OutgoingHttpHeaders?]>([
    ["kind", [true, "[object Request]"]],
    ["defaults", ["cors", "follow", "half", false]],
    ["copied", ["POST", "1", "content", true]],
    ["copied to another place", ["http://other.example/", "POST", "1", "content"]],
    ["changed after a clone", [true, [null, "1"], [null, "1"]]],
    ["changed by a clone", "1"],
    ["used once", [false, "content", true, ...Array.from({ length: 5 }, () => "TypeError")]],
    ["used while it is read", [true, "TypeError", "content"]],
    ["taken as a stream", [true, "content", true]],
    ["not used by a clone", ["content", false, "content"]],
    ["text", "\u{FFFD}grüße", Buffer.from([239, 187, 191, 255, ...Buffer.from("grüße")])],
    ["json", { a: [1] }, '\u{FEFF}{"a":[1]}'],
    ["json", "SyntaxError", "{"],
    ["bytes", ["ArrayBuffer", 239, 187, 191, 0, 255], new Uint8Array([239, 187, 191, 0, 255])],
    ["blob", "content"],
    ["form", [["a", "1"]], "a=1", form],
  ])("a request is %s: %j", async (what, expected, body = "content", headers = {}) => {
    const sent = { body, headers: { "x-old": "1", ...headers } };
    const answer = await call(served, "POST", `/fact/${encodeURIComponent(what)}`, sent);
    expect(JSON.parse(answer.body)).toEqual(expected);
    await expectSuccess(served, answer.id);
  });

  test("a request without a body has none", async () => {
    const { body } = await call(served, "GET", "/fact/empty");
    expect(JSON.parse(body)).toEqual([null, "", false]);
  });

  test("a request is sent on by `fetch`, as it was changed", async () => {
    const headers = { connection: "keep-alive" };
    const answer = await call(served, "POST", "/hop", { body: "content", headers });
    expect(answer).toMatchObject({ status: 200, body: "content" });
  });

  test.each([
    ["TRACE /text HTTP/1.1", "a method that a Request cannot have"],
    ["GET http://u:p@a/text HTTP/1.1", "a URL with a password"],
  ])("%s, %s, is a failure", async (requestLine) => {
    const got = await raw(served.port, requestLine, ["host: a"]);
    expect(got).toMatch(/x-fc-status: 404\r\n/i);
  });

  test.each([
    ["read twice", "/twice", "content", {}, "TypeError"],
    [
      "a form",
      "/form",
      "a=1&b=%20",
      { "content-type": "application/x-www-form-urlencoded" },
      '[["a","1"],["b"," "]]',
    ],
    ["read inside the scope", "/scope", "content", {}, "inside"],
  ])("a body is %s", async (_how, path, body, headers, expected) => {
    expect((await call(served, "POST", path, { body, headers })).body).toBe(expected);
  });

  test.each<[string, string, readonly string[], string]>([
    ["a path that looks like a host", "//url/url", ["host: a"], "http://a//url/url"],
    ["a path with dots", "/a/../url?x=/../y", ["host: a"], "http://a/url?x=/../y"],
    ["a host", "/url", ["host: example.com:8080"], "http://example.com:8080/url"],
    ["an IPv6 host", "/url", ["host: [::1]:9000"], "http://[::1]:9000/url"],
    ["a host with a user", "/url", ["host: u:p@evil.example/z"], "http://localhost/url"],
    ["a host that is none", "/url", ["host: a b/c?"], "http://localhost/url"],
    ["an empty host", "/url", ["host:"], "http://localhost/url"],
    ["no host", "/url", [], "http://localhost/url"],
    ["the absolute form", "http://other.example/url?z", ["host: a"], "http://other.example/url?z"],
  ])("a request with %s has a URL", async (_what, target, headers, url) => {
    const got = await raw(served.port, `GET ${target} HTTP/1.1`, headers);
    expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(got.split("\r\n")).toContain(url);
  });

  test("a port that is none is the client's fault, and answered", async () => {
    const got = await raw(served.port, "GET /url HTTP/1.1", ["host: a:99999"]);
    expect(got).toMatch(/x-fc-status: (200|404)\r\n/i);
  });

  test.each<[string, string, string?]>([
    ["text", "grüße 💡", "text/plain;charset=UTF-8"],
    ["bytes", "\u{FFFD}\u{FFFD}"],
    ["buffer", "\0\u{FFFD}\u{FFFD}"],
    ["blob", "blob", "text/x-blob"],
    ["parameters", "a=%C3%BC", "application/x-www-form-urlencoded;charset=UTF-8"],
    ["empty", "", "text/plain;charset=UTF-8"],
    ["null", ""],
    ["clone", "cloned", "text/plain;charset=UTF-8"],
    ["own body", "own", "text/plain;charset=UTF-8"],
    ["wrapped", "wrapped"],
    ["fetched", "fetched", "text/plain"],
  ])("a response of %s arrives", async (what, body, type) => {
    const answer = await call(served, "GET", `/response/${encodeURIComponent(what)}`);
    expect(answer).toMatchObject({ fcStatus: "200", body });
    expect(answer.headers["content-type"]).toBe(type);
    await expectSuccess(served, answer.id);
  });

  test("a response of a form arrives", async () => {
    const answer = await call(served, "GET", "/response/form");
    expect(answer.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(answer.body).toContain('name="a"\r\n\r\n1\r\n');
  });

  test("a header keeps its Latin-1 beside a body in UTF-8", async () => {
    const got = await raw(served.port, "GET /response/latin HTTP/1.1", ["host: a"]);
    expect(got).toMatch(/x-latin: \u00fc\r\n/i);
    expect(got).toContain(Buffer.from("\u00fc").toString("latin1"));
  });

  test("a response that was sent is used up", async () => {
    expect(await call(served, "GET", "/response/cached")).toMatchObject({ body: "once" });
    expect(await call(served, "GET", "/response/cached")).toMatchObject({ fcStatus: "404" });
  });

  test("several Set-Cookie stay several, other fields are joined", async () => {
    const { headers } = await call(served, "GET", "/cookies");
    expect(headers["set-cookie"]).toEqual([
      "a=1; Path=/",
      "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    ]);
    expect(headers["x-many"]).toBe("1, 2");
  });

  test.each([
    ["GET", "/status/204", 204],
    ["GET", "/status/304", 304],
    ["HEAD", "/text", 200],
    ["GET", "/redirect", 302],
  ])("%s %s has no body", async (method, path, status) => {
    const answer = await call(served, method, path);
    expect(answer).toMatchObject({ status, fcStatus: "200", body: "" });
    await expectSuccess(served, answer.id);
  });

  test.each(["/endless", "/idle"])("HEAD %s cancels the body, which has no end", async (path) => {
    const answer = await call(served, "HEAD", path);
    expect(answer).toMatchObject({ status: 200, fcStatus: "200", body: "" });
    await expectSuccess(served, answer.id);
    await expect.poll(() => eventsOf(answer.id), patience).toContain("cancel inside");
  });

  test("a body whose cancel fails breaks no answer to HEAD", async () => {
    const answer = await call(served, "HEAD", "/bad-cancel");
    expect(answer).toMatchObject({ status: 200, body: "" });
    expect((await linesOf(served, answer.id)).at(0)).toBe(cleanLines(answer.id)[0]);
    expect(await call(served, "GET", "/text")).toMatchObject({ fcStatus: "200" });
  });

  test("the status text arrives", async () => {
    const got = await raw(served.port, "GET /words HTTP/1.1", ["host: a"]);
    expect(got).toMatch(/^HTTP\/1\.1 299 Own Words\r\n/);
  });

  test("a status that the function chose is kept, and judged", async () => {
    const answer = await call(served, "GET", "/status/503");
    expect(answer).toMatchObject({ status: 503, fcStatus: "404" });
    await expectFailure(served, answer.id, "Handled");
  });

  test("a function that says how it ended is believed, and says it once", async () => {
    const got = await raw(served.port, "GET /own-status HTTP/1.1", ["host: a"]);
    expect(got).toMatch(/^HTTP\/1\.1 500 /);
    expect(got.match(/x-fc-status: .*/gi)).toEqual(["x-fc-status: 200"]);
  });

  test("a body streams in and out at the same time", async () => {
    const exchange = open("POST", "/echo", { "transfer-encoding": "chunked" });
    exchange.request.write("one");
    const body = (await exchange.response).setEncoding("utf8")[Symbol.asyncIterator]();
    expect(await body.next()).toMatchObject({ value: "one" });
    exchange.request.write("two");
    expect(await body.next()).toMatchObject({ value: "two" });
    exchange.request.end();
    expect(await body.next()).toMatchObject({ done: true });
    await expectSuccess(served, exchange.id);
  });

  test("an upload of 10 MB comes back as it went", async () => {
    const body = "0123456789abcde\n".repeat((10 * 1024 * 1024) / 16);
    expect((await call(served, "POST", "/echo", { body })).body === body).toBe(true);
  });

  test("a body that the client does not read is not produced", async () => {
    const exchange = open("GET", "/megabytes");
    const response = await exchange.response;
    expect(await settled(async () => (await recordOf(exchange.id)).produced)).toBeLessThan(20);
    let size = 0;
    for await (const chunk of response) size += (chunk as Buffer).length;
    expect(size).toBe(32 * 1024 * 1024);
    await expectSuccess(served, exchange.id);
    expect(served.stderr).toBe("");
  });

  test("a body that the function does not read is not taken in", async () => {
    const size = 32 * 1024 * 1024;
    const exchange = open("POST", "/first-chunk", { "content-length": size });
    const chunk = Buffer.alloc(1024 * 1024);
    let taken = 0;
    const write = (): void => {
      if (taken < size) exchange.request.write(chunk, (error) => error || write());
      taken += chunk.length;
    };
    write();
    await started(exchange.id);
    expect(await settled(() => taken)).toBeLessThan(20 * 1024 * 1024);
    await call(served, "POST", `/release/${exchange.id}`);
    let total = "";
    for await (const text of await exchange.response) total += String(text);
    expect(total).toBe(String(size));
  });

  test("a body that nobody reads does not stand in the way", async () => {
    const body = Buffer.alloc(1024 * 1024);
    const answer = await call(served, "POST", "/unread", { body });
    expect(answer).toMatchObject({ status: 200, fcStatus: "200", body: "not read" });
  });

  test.each([
    ["while the function works", "GET", "/wait", "abort inside"],
    ["while it streams", "GET", "/endless", "cancel inside"],
    ["while the stream says nothing", "GET", "/idle", "cancel inside"],
  ])("a client that goes away %s is noticed", async (_when, method, path, event) => {
    const exchange = open(method, path);
    if (path === "/wait") await started(exchange.id);
    else await exchange.response;
    exchange.request.destroy();
    await expect.poll(() => eventsOf(exchange.id), patience).toContain(event);
    await expect.poll(() => eventsOf(exchange.id), patience).toContain("abort inside");
    const lines = await linesOf(served, exchange.id);
    expect(lines.join("\n")).toContain("The client disconnected");
  });

  test("the signals of copies abort with the request", async () => {
    const exchange = open("POST", "/wait-copies", { "content-length": 0 });
    exchange.request.end();
    await started(exchange.id);
    exchange.request.destroy();
    await expect
      .poll(() => eventsOf(exchange.id), patience)
      .toEqual(["abort inside", "abort of a copy inside", "abort of a copy inside"]);
  });

  test("a body that is read after the client has gone fails to be read", async () => {
    const exchange = open("POST", "/late-read", { "content-length": 100 });
    exchange.request.write("part");
    await started(exchange.id);
    exchange.request.destroy();
    await expect.poll(() => eventsOf(exchange.id), patience).toContain("Error inside");
  });

  test("a client that goes away in the middle of its body fails the invocation once", async () => {
    const exchange = open("POST", "/read", { "content-length": 100 });
    exchange.request.write("part");
    await started(exchange.id);
    exchange.request.destroy();
    const lines = await linesOf(served, exchange.id);
    // That its body broke off is news to the function alone, which may still say so.
    expect(lines.filter((line) => line.startsWith("FC "))).toEqual([
      `FC Invoke Start RequestId: ${exchange.id}`,
      `FC Invoke End RequestId: ${exchange.id}, Error: Unhandled function error`,
    ]);
  });

  test.each([
    "/sync",
    "/async",
    "/after-body",
    "/first-read",
    "/bad-chunk",
    "/undefined",
    "/null",
    "/string",
    "/object",
    "/used",
    "/locked",
    "/network-error",
  ])("%s is a failure that tells the client nothing", async (path) => {
    const answer = await call(served, "POST", path, { body: "content" });
    expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
    expect(JSON.parse(answer.body)).toEqual({
      errorMessage: "The function failed",
      errorType: "FunctionError",
      requestId: answer.id,
    });
    await expectFailure(served, answer.id, "Unhandled");
  });

  test.each(["/used", "/locked", "/network-error", "/undefined"])(
    "HEAD %s is a failure like any other",
    async (path) => {
      const answer = await call(served, "HEAD", path);
      expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
      await expectFailure(served, answer.id, "Unhandled");
    },
  );

  test("a stream that fails on the way breaks the connection", async () => {
    const exchange = open("GET", "/later-read");
    const response = await exchange.response;
    expect(response.headers["x-fc-status"]).toBe("200");
    const reading = (async () => {
      for await (const chunk of response) expect(String(chunk)).toContain("part");
    })();
    await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
    await expectFailure(served, exchange.id, "Unhandled");
  });

  interface Exchange {
    readonly id: string;
    readonly request: ClientRequest;
    readonly response: Promise<IncomingMessage>;
  }

  const open = (
    method: string,
    path: string,
    own: Record<string, string | number> = {},
  ): Exchange => {
    const id = randomUUID();
    const { headers } = httpInvoke(method, path, { ...own, "x-fc-request-id": id });
    const request = send({ port: served.port, method, path, headers, agent: false });
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      request.once("response", resolve).once("error", reject);
    });
    // Who destroys the request does not wait for its response.
    response.catch(() => {});
    if (Object.keys(own).length === 0) request.end();
    return { id, request, response };
  };

  const started = async (id: string): Promise<void> =>
    expect.poll(() => served.lines, patience).toContain(cleanLines(id)[0]);

  const recordOf = async (id: string): Promise<{ events: string[]; produced: number }> =>
    JSON.parse((await call(served, "GET", `/record/${id}`)).body);

  const eventsOf = async (id: string): Promise<string[]> => (await recordOf(id)).events;
});

/** Sends a head as it is, and gives everything that comes back until the connection ends. */
async function raw(port: number, requestLine: string, headers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.on("data", (text: string) => (received += text)).once("error", reject);
    socket.once("close", () => resolve(received));
    const fields = [...headers, "x-fc-control-path: /http-invoke", "connection: close"];
    socket.write(`${[requestLine, ...fields].join("\r\n")}\r\n\r\n`);
  });
}
