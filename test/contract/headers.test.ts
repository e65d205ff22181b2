import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { serve } from "@fcrt/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";

captureStdout();

// `serve` reads the headers itself: what an application sees must be what Node would show it.
const bare = createServer(echoHeaders);
let served: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  served = await serve({ http: echoHeaders }, { port: 0, markers: false });
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await served.close();
  await new Promise((resolve) => bare.close(resolve));
});

const names = fc.oneof(
  fc.constantFrom(
    "Age",
    "authorization",
    "CONTENT-TYPE",
    "Cookie",
    "cookie",
    "ETag",
    "Expires",
    "From",
    "Host",
    "If-Modified-Since",
    "if-unmodified-since",
    "Last-Modified",
    "Location",
    "Max-Forwards",
    "Date",
    "Proxy-Authorization",
    "Referer",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "set-cookie",
    "User-Agent",
    "Accept",
    "accept",
    "Vary",
    "x-fc-qualifier",
    "X-Fc-Qualifier",
    "x-fc-request-id",
    "X-Forwarded-For",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "Access-Control-Allow-Origin",
    "Via",
    "DNT",
  ),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/),
);
const fields = fc.array(fc.tuple(names, fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)?$/)), {
  maxLength: 12,
});

test("An application sees the headers that Node would show it", async () => {
  await fc.assert(
    fc.asyncProperty(fields, async (headers) => {
      // These change what a request is, not how it reads.
      const reserved =
        /^(connection|content-length|transfer-encoding|upgrade|expect|keep-alive|trailer|te)$/i;
      const lines = headers
        .filter(([name]) => !reserved.test(name))
        .map(([name, value]) => `${name}: ${value}`);
      expect(await answerFrom(served.port, lines)).toEqual(await answerFrom(portOf(bare), lines));
    }),
    { numRuns: 300 },
  );
});

test("What follows the credentials is read as if they had not been there", async () => {
  const lines = [
    "Cookie: a=1",
    "X-FC-Security-Token: CANARY",
    "x-fc-access-key-id:",
    "Cookie: b=2",
    "Accept: x",
  ];
  const without = lines.filter((line) => !/^x-fc/i.test(line));
  expect(await answerFrom(served.port, lines)).toEqual(await answerFrom(portOf(bare), without));
});

test("Credentials are taken off in whatever order and spelling they come, and after any other request", async () => {
  const credentials = [
    "X-FC-Access-Key-Id: CANARY",
    "x-fc-access-key-secret: CANARY",
    "x-fC-Security-Token: CANARY",
    "X-Fc-Security-Token: CANARY",
  ];
  const others = ["Accept: x", "x-fc-access-key-ie: 1", "X-Fc-Region: cn-hangzhou", "Cookie: a=1"];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...credentials, ...others]), async (lines) => {
      const without = lines.filter((line) => !line.endsWith("CANARY"));
      expect(await answerFrom(served.port, lines)).toEqual(await answerFrom(portOf(bare), without));
    }),
    { numRuns: 100 },
  );
});

function echoHeaders(request: IncomingMessage, response: ServerResponse): void {
  const { headers, headersDistinct, rawHeaders } = request;
  const all = [Object.entries(headers), Object.entries(headersDistinct), rawHeaders];
  response.end(JSON.stringify(all));
}

async function answerFrom(port: number, lines: readonly string[]): Promise<unknown> {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    ["GET / HTTP/1.1", "Host: here", "Connection: close", ...lines, "", ""].join("\r\n"),
  );
  const answer = Buffer.concat(await socket.toArray()).toString();
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return head.startsWith("HTTP/1.1 200") ? JSON.parse(body) : head.split("\r\n")[0];
}

function portOf(server: typeof bare): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
