import { randomUUID } from "node:crypto";
import { request as send } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { canary, httpInvoke } from "../support/platform-request.ts";
import { settled } from "./settled.ts";
import { call, expectFailure, expectSuccess, patience, waysOf } from "./ways.ts";
import type { Served } from "./ways.ts";

/** What an application does with an error: its own answer, or none, in which case the runtime gives one. */
interface Sample {
  readonly file: string;
  readonly thrown: { readonly status: number; readonly body: string };
  /** Whether the application leaves the error to the runtime. */
  readonly throwsOn?: boolean;
}

const samples: readonly Sample[] = [
  { file: "plain.cjs", thrown: { status: 404, body: "The function failed" }, throwsOn: true },
  { file: "express-4.cjs", thrown: { status: 500, body: "boom" } },
  { file: "express-5.mjs", thrown: { status: 500, body: "boom" } },
  { file: "koa.cjs", thrown: { status: 500, body: "Internal Server Error" } },
  { file: "fastify.mjs", thrown: { status: 500, body: "boom" } },
  { file: "nest.mjs", thrown: { status: 500, body: "Internal server error" } },
  { file: "hono.mjs", thrown: { status: 500, body: "failed: boom" } },
];

const json = { "content-type": "application/json" };

describe.each(samples)("$file", ({ file, thrown, throwsOn = false }) => {
  describe.each(waysOf())("through $name", ({ name, start }) => {
    let served: Served;
    beforeAll(async () => {
      served = await start(file);
      return served.stop;
    });

    test("a response passes through between one Start and one End", async () => {
      const answer = await call(served, "GET", "/text");
      expect(answer).toMatchObject({ status: 200, fcStatus: "200", body: "some text" });
      expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
      await expectSuccess(served, answer.id);
    });

    test.each([
      ["a missing thing", "/missing", '{"missing":true}'],
      ["a missing route", "/no-such-route", ""],
    ])("%s is the application's own 404 and a success", async (_what, path, body) => {
      const answer = await call(served, "GET", path);
      expect(answer).toMatchObject({ status: 404, fcStatus: "200" });
      expect(answer.body).toContain(body);
      await expectSuccess(served, answer.id);
    });

    test("a 503 that the application sends keeps its body and is a handled failure", async () => {
      const answer = await call(served, "GET", "/unavailable");
      expect(answer).toMatchObject({ status: 503, fcStatus: "404" });
      expect(answer.body).toContain("unavailable");
      await expectFailure(served, answer.id, "Handled");
    });

    test.each([
      ["at once", "GET", "/throw-sync", {}],
      ["later", "GET", "/throw-async", {}],
      ["after the body parser", "POST", "/throw-parsed", { body: "{}", headers: json }],
    ])("an error thrown %s is a failure", async (_when, method, path, request) => {
      const answer = await call(served, method, path, request);
      expect(answer).toMatchObject({ status: thrown.status, fcStatus: "404" });
      expect(answer.body).toContain(thrown.body);
      await expectFailure(served, answer.id, throwsOn ? "Unhandled" : "Handled");
    });

    test("the scope is alive after the body parser and when the response is finished", async () => {
      const body = JSON.stringify({ name: "Ada" });
      const answer = await call(served, "POST", "/json", { body, headers: json });
      expect(JSON.parse(answer.body)).toEqual({ name: "Ada", scope: "inside" });
      // Through `fetch` an application sees no response to listen to.
      if (file === "hono.mjs" && name === "serve") return;
      await expect
        .poll(() => eventsOf(answer.id), patience)
        .toEqual(expect.arrayContaining(["finish inside", "close inside"]));
    });

    test("several Set-Cookie stay several", async () => {
      const { headers, fcStatus } = await call(served, "GET", "/cookies");
      expect(headers["set-cookie"]?.map((cookie) => cookie.split(";")[0])).toEqual(["a=1", "b=2"]);
      expect(fcStatus).toBe("200");
    });

    test("the application sees the platform's headers but no credential", async () => {
      const { body, id } = await call(served, "GET", "/headers");
      expect(body).toContain(id);
      expect(body).toContain("my-function");
      expect(body).not.toMatch(/x-fc-(access-key|security-token)/i);
      for (const secret of Object.values(canary)) expect(body).not.toContain(secret);
    });

    test("a chunk arrives before the next one exists", async () => {
      const exchange = open("GET", "/chunks");
      const body = (await exchange.response).setEncoding("utf8")[Symbol.asyncIterator]();
      expect(await body.next()).toMatchObject({ value: "one\n" });
      await call(served, "POST", `/release/${exchange.id}`);
      expect(await body.next()).toMatchObject({ value: "two inside\n" });
      expect(await body.next()).toMatchObject({ done: true });
      await expectSuccess(served, exchange.id);
    });

    test("a body that nobody reads is not produced", async () => {
      const exchange = open("GET", "/megabytes");
      const response = await exchange.response;
      expect(await settled(async () => (await recordOf(exchange.id)).produced)).toBeLessThan(20);
      let size = 0;
      for await (const chunk of response) size += (chunk as Buffer).length;
      expect(size).toBe(32 * 1024 * 1024);
      await expectSuccess(served, exchange.id);
    });

    test("an upload of 10 MB comes back as it went", async () => {
      const body = "0123456789abcde\n".repeat((10 * 1024 * 1024) / 16);
      const headers = { "content-type": "application/octet-stream" };
      const answer = await call(served, "POST", "/echo", { body, headers });
      expect(answer.body === body).toBe(true);
      await expectSuccess(served, answer.id);
    });

    test.each([
      ["HEAD", "/text", 200],
      ["GET", "/empty", 204],
      ["GET", "/unchanged", 304],
    ])("%s %s is a success without a body", async (method, path, status) => {
      const answer = await call(served, method, path);
      expect(answer).toMatchObject({ status, fcStatus: "200", body: "" });
      expect(answer.headers.etag).toBe(status === 304 ? '"1"' : answer.headers.etag);
      await expectSuccess(served, answer.id);
    });

    test("a client that goes away aborts the signal, inside the scope", async () => {
      const exchange = open("GET", "/wait");
      await expect
        .poll(() => served.lines, patience)
        .toContain(`FC Invoke Start RequestId: ${exchange.id}`);
      exchange.request.destroy();
      await expectFailure(served, exchange.id, "Unhandled");
      await expect.poll(() => eventsOf(exchange.id), patience).toContain("abort inside");
    });

    test("an error after the head breaks the connection", async () => {
      const exchange = open("GET", "/broken");
      const body = (await exchange.response)[Symbol.asyncIterator]();
      await body.next();
      await call(served, "POST", `/release/${exchange.id}`);
      await expect(body.next()).rejects.toMatchObject({ code: "ECONNRESET" });
      await expectFailure(served, exchange.id, "Unhandled");
    });

    interface Exchange {
      readonly id: string;
      readonly request: ClientRequest;
      readonly response: Promise<IncomingMessage>;
    }

    const open = (method: string, path: string): Exchange => {
      const id = randomUUID();
      const { headers } = httpInvoke(method, path, { "x-fc-request-id": id });
      const request = send({ port: served.port, method, path, headers, agent: false }).end();
      const response = new Promise<IncomingMessage>((resolve, reject) => {
        request.once("response", resolve).once("error", reject);
      });
      // Who destroys the request does not wait for its response.
      response.catch(() => {});
      return { id, request, response };
    };

    const recordOf = async (id: string): Promise<{ events: string[]; produced: number }> =>
      JSON.parse((await call(served, "GET", `/record/${id}`)).body);

    const eventsOf = async (id: string): Promise<string[]> => (await recordOf(id)).events;
  });
});
