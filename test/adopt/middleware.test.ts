import type { Extension } from "@fcrt/core";
import { describe, expect, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { httpInvoke } from "../support/platform-request.ts";
import { serveAdopted } from "./adopted.ts";
import { call, create, expectFailure, expectSuccess } from "./ways.ts";

const stdout = captureStdout();

const slowEnd: Extension = {
  end: async () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
};

test("what an application says one turn after a failure, as Express does, comes before the End", async () => {
  let linesThen: readonly string[] = [];
  const port = await serveAdopted((_request, response) => {
    setImmediate(() => (linesThen = stdout.lines));
    response.writeHead(500).end("the error page");
  });
  const got = await call({ port }, "GET", "/");
  expect(got).toMatchObject({ status: 500, fcStatus: "404", body: "the error page" });
  expect(linesThen.filter((line) => line.includes(got.id))).toHaveLength(1);
  await expectFailure(stdout, got.id, "Handled");
});

// Middleware that wraps `writeHead`, `write` and `end` as we do, around ours.
describe.each(["express-4.cjs", "express-5.mjs"])("in %s", (file) => {
  describe.each<[string, readonly Extension[]]>([
    ["without extensions", []],
    ["with an end that takes its time", [slowEnd]],
  ])("%s", (_what, extensions) => {
    const start = async (): Promise<number> => {
      const { listener } = await create(file);
      return serveAdopted(listener, { extensions });
    };

    test("compression compresses", async () => {
      const id = "compressed-1";
      const { headers } = httpInvoke("GET", "/", { "x-fc-request-id": id });
      const response = await fetch(`http://127.0.0.1:${await start()}/compressed`, {
        headers: { ...(headers as Record<string, string>), "accept-encoding": "gzip" },
      });
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect(response.headers.get("x-fc-status")).toBe("200");
      expect(await response.text()).toBe("a long text ".repeat(1000));
      await expectSuccess(stdout, id);
    });

    test("a session sets its cookie, and knows it again", async () => {
      const port = await start();
      const first = await call({ port }, "GET", "/session");
      expect(first).toMatchObject({ status: 200, fcStatus: "200", body: '{"visits":1}' });
      const [cookie = ""] = first.headers["set-cookie"] ?? [];
      expect(cookie).toMatch(/^connect\.sid=/);
      const headers = { cookie: cookie.split(";")[0] };
      const second = await call({ port }, "GET", "/session", { headers });
      expect(second).toMatchObject({ status: 200, fcStatus: "200", body: '{"visits":2}' });
      await expectSuccess(stdout, second.id);
    });

    test("a body that cannot be sent becomes the framework's own error", async () => {
      const got = await call({ port: await start() }, "GET", "/unsendable");
      expect(got).toMatchObject({ status: 500, fcStatus: "404" });
      expect(got.body).toContain("TypeError");
      await expectFailure(stdout, got.id, "Handled");
    });
  });
});
