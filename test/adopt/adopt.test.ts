import type { EventEmitter } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { adopt, currentInvocation } from "@fcrt/core";
import type { AdoptOptions } from "@fcrt/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import {
  canary,
  hook,
  httpInvoke,
  invoke,
  requestIds,
  sendTo,
} from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";
import { sendRaw } from "../support/raw-request.ts";
import { serveAdopted, serveBare } from "./adopted.ts";
import type { Listener } from "./adopted.ts";
import { call, cleanLines, expectSuccess, patience } from "./ways.ts";

const stdout = captureStdout();

// An existing runtime answers every kind of request itself: adopted, it keeps doing so.
test.each<[string, PlatformRequest, string, number, string]>([
  ["an event", invoke(), "Invoke", 200, "200"],
  ["an event", invoke(), "Invoke", 201, "200"],
  ["an event", invoke(), "Invoke", 404, "404"],
  ["an HTTP invocation", httpInvoke(), "Invoke", 404, "200"],
  ["an HTTP invocation", httpInvoke(), "Invoke", 500, "404"],
  ["an initialization", hook("initialize"), "Initialize", 200, "200"],
  ["an initialization", hook("initialize"), "Initialize", 400, "404"],
  ["a pre-freeze hook", hook("pre-freeze"), "PreFreeze", 204, "200"],
  ["a pre-stop hook", hook("pre-stop"), "PreStop", 404, "404"],
  ["an unknown kind", httpInvoke("GET", "/", { "x-fc-control-path": "/x" }), "Invoke", 404, "200"],
])("%s %# is bracketed by its own markers and judged by its own rule", async (...row) => {
  const [, sent, phase, status, fcStatus] = row;
  const port = await serveAdopted((_request, response) => response.writeHead(status).end("own"));
  const answer = await sendTo(port, sent);
  expect(answer).toMatchObject({ status, fcStatus, body: status === 204 ? "" : "own" });
  const id = String(sent.headers?.["x-fc-request-id"]);
  const suffix = fcStatus === "200" ? "" : ", Error: Handled function error";
  expect(stdout.lines.filter((line) => line.startsWith("FC "))).toEqual([
    `FC ${phase} Start RequestId: ${id}`,
    `FC ${phase} End RequestId: ${id}${suffix}`,
  ]);
});

test("an adopted application in an adopted server is one invocation", async () => {
  const inner: RequestListener = (_request, response) =>
    response.end(currentInvocation()?.requestId);
  const answer = await call({ port: await serveAdopted(adopt(adopt(inner))) }, "GET", "/");
  expect(answer).toMatchObject({ status: 200, fcStatus: "200", body: answer.id });
  expect(stdout.lines.filter((line) => line.includes(answer.id))).toEqual(cleanLines(answer.id));
});

test("what Node refuses on a server whose application is adopted bears `x-fc-status`", async () => {
  const port = await serveAdopted((_request, response) => response.end("own"));
  // The server is known by its first request.
  await sendTo(port, httpInvoke());
  expect(await sendRaw(port, "GET / HTTP/1.1\r\nno colon\r\n\r\n")).toMatchObject([
    { status: 400, fcStatus: "404" },
  ]);
});

test("an application that answers what Node refuses itself keeps doing so", async () => {
  const server = createServer(adopt((_request, response) => response.end("own")));
  server.on("clientError", (_error, socket) =>
    socket.end("HTTP/1.1 418 Mine\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await sendTo(port, httpInvoke());
  expect(await sendRaw(port, "GET / HTTP/1.1\r\nno colon\r\n\r\n")).toMatchObject([
    { status: 418, fcStatus: undefined },
  ]);
});

describe("a proxy", () => {
  const serveProxy = async (upstream: Listener): Promise<number> => {
    const port = await serveBare(upstream);
    return serveAdopted((incoming, response) => {
      const { method, url, rawHeaders } = incoming;
      const outgoing = request({ port, method, path: url, headers: rawHeaders as never });
      outgoing.once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        pipeline(answer, response, () => {});
      });
      pipeline(incoming, outgoing, () => {});
    });
  };

  test("passes status, headers and bodies through, both ways", async () => {
    const port = await serveProxy((incoming, response) => {
      response.writeHead(201, [
        "Set-Cookie",
        "a=1",
        "Set-Cookie",
        "b=2",
        "X-Url",
        `${incoming.url}`,
      ]);
      incoming.pipe(response);
    });
    const body = "0123456789abcde\n".repeat(65_536);
    const answer = await call({ port }, "POST", "/some/where?q", { body });
    expect(answer).toMatchObject({ status: 201, fcStatus: "200" });
    expect(answer.body === body).toBe(true);
    expect(answer.headers).toMatchObject({
      "set-cookie": ["a=1", "b=2"],
      "x-url": "/some/where?q",
    });
    await expectSuccess(stdout, answer.id);
  });

  test("breaks off where its upstream does", async () => {
    const port = await serveProxy((_incoming, response) => {
      response.writeHead(200, { "content-length": 100 }).write("part", () => response.destroy());
    });
    await expect(call({ port }, "GET", "/")).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect
      .poll(() => stdout.lines.at(-1), patience)
      .toMatch(/^FC Invoke End .*, Error: Unhandled/);
  });
});

test("what listens to a request and its response runs in its scope, on a reused connection too", async () => {
  const heard: string[] = [];
  const port = await serveAdopted((incoming, response) => {
    const id = String(incoming.headers["x-fc-request-id"]);
    const listen = (emitter: EventEmitter, name: string): void => {
      const whose = (): string => (currentInvocation()?.requestId === id ? "own" : "other");
      emitter.on(name, () => heard.push(`${id} ${name} ${whose()}`));
    };
    for (const name of ["data", "end", "close"]) listen(incoming, name);
    for (const name of ["finish", "close"]) listen(response, name);
    incoming.on("end", () => response.end("fine"));
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ids = ["first", "second", "third"];
  for (const id of ids) {
    const headers = { "x-fc-request-id": id, "content-length": 7 };
    await sendTo(port, { ...httpInvoke("POST", "/", headers), body: "content", agent });
  }
  const all = ids.flatMap((id) =>
    ["data", "end", "close", "finish", "close"].map((name) => `${id} ${name} own`),
  );
  await expect.poll(() => heard.toSorted(), patience).toEqual(all.toSorted());
});

test("markers can be left to the application", async () => {
  const listener: RequestListener = (_request, response) => response.writeHead(500).end();
  const port = await serveAdopted(listener, { markers: false });
  const answer = await call({ port }, "GET", "/");
  expect(answer).toMatchObject({ status: 500, fcStatus: "404" });
  expect(stdout.text).toContain(` ${answer.id} [ERROR] `);
  expect(stdout.text).not.toMatch(/^FC /m);
});

test("credential headers can be kept", async () => {
  const listener: RequestListener = ({ headers, rawHeaders }, response) =>
    response.end(JSON.stringify([headers["x-fc-access-key-secret"], rawHeaders]));
  const port = await serveAdopted(listener, { keepCredentialHeaders: true });
  const { body } = await call({ port }, "GET", "/");
  for (const secret of Object.values(canary)) expect(body).toContain(secret);
});

test("the credentials are in the context all the same", async () => {
  const listener: RequestListener = (_request, response) => {
    const { accessKeyId, accessKeySecret, securityToken } =
      currentInvocation()?.context.credentials ?? {};
    response.end(JSON.stringify({ accessKeyId, accessKeySecret, securityToken }));
  };
  const { body } = await call({ port: await serveAdopted(listener) }, "GET", "/");
  expect(JSON.parse(body)).toEqual(canary);
});

test.each([
  ["Expect: 100-continue", { expect: "100-continue" }],
  ["Expect: something else", { expect: "something-else" }],
])("%s reaches the application or is answered by Node", async (_what, headers) => {
  const port = await serveAdopted((_request, response) => response.end("fine"));
  const answer = await call({ port }, "POST", "/", { body: "content", headers });
  expect(answer.status).toBe(headers.expect === "100-continue" ? 200 : 417);
});

test("the server that brings a request loses its timeouts", async () => {
  const server = createServer(adopt((_request, response) => response.end("fine")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  await call({ port: (server.address() as AddressInfo).port }, "GET", "/");
  const { timeout, keepAliveTimeout, headersTimeout, requestTimeout } = server;
  expect([timeout, keepAliveTimeout, headersTimeout, requestTimeout]).toEqual([0, 0, 0, 0]);
});

test.each<[object, string]>([
  [{ marker: false }, "did you mean `markers`?"],
  [{ port: 9000 }, "Unknown option `port`"],
  [{ markers: "off" }, "Expected `markers` to be a boolean"],
  [{ extensions: [() => {}] }, "Expected `extensions` to be an array of extensions"],
])("a bad option is refused at once: %j", (options, message) => {
  expect(() => adopt(() => {}, options as AdoptOptions)).toThrow(message);
});

test("a request without an id gets one, which the application can read", async () => {
  const port = await serveAdopted((_request, response) =>
    response.end(currentInvocation()?.requestId),
  );
  const { body, fcStatus } = await sendTo(port, {});
  expect(fcStatus).toBe("200");
  expect(body).not.toBe(requestIds.fc3);
  expect(stdout.lines).toEqual(expect.arrayContaining(cleanLines(body)));
});
