import type { ChildProcess } from "node:child_process";
import { METHODS } from "node:http";
import { fileURLToPath } from "node:url";
import { credentialHeaders, header, parseLine, parseMarker } from "@fcrt/core/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { startChild } from "../support/child.ts";
import { canary, invoke, sendTo } from "../support/platform-request.ts";
import { sendBytes, sendRaw } from "../support/raw-request.ts";

const fixture = fileURLToPath(new URL("../fixtures/contract/server.mjs", import.meta.url));

// Each of the requests has a bound of its own; all of them may take their time on a busy machine.
const longest = 60_000;

test(
  "Whatever valid request comes, it is answered with `x-fc-status`, and each Start has its End",
  async () => {
    const server = await startServer();

    await fc.assert(
      fc.asyncProperty(anyRequest, async (request) => {
        const [answer, ...others] = await sendRaw(server.port, bytesOf(request), {
          headOnly: request.method === "HEAD",
        });
        const lines = await server.newLines();

        expect(others).toEqual([]);
        expect(answer?.fcStatus).toMatch(/^(200|404)$/);
        expect(invocationsIn(lines)).toHaveLength(1);
        for (const secret of Object.values(canary)) {
          expect(answer?.body).not.toContain(secret);
          expect(lines.join("\n")).not.toContain(secret);
        }
      }),
      { numRuns: 250 },
    );
    expect(server.process.exitCode).toBe(null);
  },
  longest,
);

test(
  "Whatever bytes come, what is answered bears `x-fc-status`, and the next request is served",
  async () => {
    const server = await startServer();

    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const answer = (await sendBytes(server.port, bytes)).toString("latin1");
        const lines = await server.newLines();

        const [head = ""] = answer
          .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "")
          .split("\r\n\r\n");
        expect(head).toMatch(/^$|^HTTP\/1\.1 \d{3} [^]*\r\nx-fc-status: (200|404)/i);
        // The shortest request takes 16 bytes.
        expect(invocationsIn(lines).length).toBeLessThanOrEqual(bytes.length / 16);
      }),
      { numRuns: 250 },
    );
    expect(server.process.exitCode).toBe(null);
  },
  longest,
);

interface AnyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly chunked: boolean;
}

// CONNECT asks for a tunnel, and a runtime has none.
const method = fc.oneof(
  fc.constantFrom("GET", "POST", "HEAD"),
  fc.constantFrom(...METHODS.filter((name) => name !== "CONNECT")),
);

const path = fc.oneof(
  fc.constantFrom("/invoke", "/initialize", "/pre-stop", "/pre-freeze", "/http-invoke", "*"),
  fc.constantFrom("/throw", "/reject", "/fail", "/twice", "/echo", "/stream", "/cookies"),
  fc.constantFrom("/status/200", "/status/503", "/status/abc", "/status/99999", "/field/a.b.c"),
  fc.stringMatching(/^\/[!-~]{0,60}$/),
);

const platformHeader = fc.tuple(
  fc.constantFrom(...Object.values(header), "x-fc-log-type", "x-fc-anything"),
  fc.oneof(
    fc.constantFrom("", "0", "-1", "1e9", "86400", "999999999999999", "NaN", "Tail", "{}"),
    fc.constantFrom("/invoke", "/http-invoke", "/initialize", "/pre-stop", "/pre-freeze", "/x"),
    fc.stringMatching(/^[\t -~\u0080-\u00ff]{0,200}$/),
  ),
);

const credential = fc.tuple(
  fc.constantFrom(...credentialHeaders, ...credentialHeaders.map((name) => name.toUpperCase())),
  fc.constantFrom("", ...Object.values(canary)),
);

// Those that frame the request are written below, and a deadline of a second could pass on a busy machine.
const framing = /^(content-length|transfer-encoding|connection|upgrade|trailer|keep-alive)$/i;
const otherHeader = fc.tuple(
  fc.oneof(
    fc.constantFrom("host", "expect", "cookie", "content-type", "traceparent", "__proto__"),
    fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}$/),
  ),
  fc.oneof(
    fc.constantFrom("", "100-continue", "a", "application/json", "constructor"),
    fc.stringMatching(/^[\t -~\u0080-\u00ff]{0,200}$/),
  ),
);

const body = fc.oneof(
  fc.constantFrom(
    '{"act":"facts"}',
    '{"act":"throw"}',
    '{"act":"cycle"}',
    '{"act":"fail"}',
    "null",
  ),
  fc.json(),
  fc.uint8Array({ maxLength: 300 }),
);

const anyRequest: fc.Arbitrary<AnyRequest> = fc.record({
  method,
  path,
  headers: fc
    .array(fc.oneof(platformHeader, credential, otherHeader), { maxLength: 12 })
    .map((headers) =>
      headers.filter(([name, value]) => !framing.test(name) && !isShort(name, value)),
    ),
  body: body.map((content) => Buffer.from(content)),
  chunked: fc.boolean(),
});

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(anyRequest.map(bytesOf), fc.nat(), fc.nat(20), fc.uint8Array({ maxLength: 20 }))
    .map(([bytes, at, removed, added]) => {
      const offset = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, offset), added, bytes.subarray(offset + removed)]);
    }),
);

function isShort(name: string, value: string): boolean {
  return /timeout$/i.test(name) && /^\s*0*[1-9]\d{0,2}\s*$/.test(value);
}

function bytesOf({
  method: verb,
  path: target,
  headers,
  body: content,
  chunked,
}: AnyRequest): Buffer {
  const fields = [
    ...headers,
    chunked
      ? (["transfer-encoding", "chunked"] as const)
      : (["content-length", content.length] as const),
    ["connection", "close"] as const,
  ].map(([name, value]) => `${name}: ${value}`);
  const head = Buffer.from(
    [`${verb} ${target} HTTP/1.1`, ...fields, "", ""].join("\r\n"),
    "latin1",
  );
  return Buffer.concat([head, ...(chunked ? chunksOf(content) : [content])]);
}

function chunksOf(content: Uint8Array): Uint8Array[] {
  const half = Math.floor(content.length / 2);
  const chunks = [content.subarray(0, half), content.subarray(half)].filter(
    ({ length }) => length > 0,
  );
  return [
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from("\r\n"),
    ]),
    Buffer.from("0\r\n\r\n"),
  ];
}

interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  /** Every line since the last call. The invocation that comes after them shows that the server goes on. */
  newLines(): Promise<readonly string[]>;
}

async function startServer(): Promise<Server> {
  const child = await startChild(fixture);
  const ports = (await child.line("ports ")).replace("ports ", "");
  const { plain: port } = JSON.parse(ports) as { plain: number };
  let read = child.lines.length;
  let fences = 0;
  return {
    process: child.process,
    port,
    async newLines() {
      fences += 1;
      const requestId = `fence-${fences}`;
      const { status } = await sendTo(port, invoke("null", { "x-fc-request-id": requestId }));
      expect(status).toBe(200);
      await child.line(`End RequestId: ${requestId}`);
      const from = read;
      const fence = child.lines.indexOf(`FC Invoke Start RequestId: ${requestId}`, from);
      read = child.lines.indexOf(`FC Invoke End RequestId: ${requestId}`, fence) + 1;
      return child.lines.slice(from, fence);
    },
  };
}

/** The invocations in some lines, each with one Start and one End; what is neither is a line of the contract too. */
function invocationsIn(lines: readonly string[]): string[] {
  const open: string[] = [];
  const ended: string[] = [];
  for (const line of lines) {
    const marker = parseMarker(line);
    const invocation = `${marker?.phase} ${marker?.requestId}`;
    if (marker?.moment === "Start") {
      open.push(invocation);
    } else if (marker) {
      const index = open.indexOf(invocation);
      if (index === -1) throw new Error(`Expected no End without its Start:\n${lines.join("\n")}`);
      ended.push(...open.splice(index, 1));
    } else if (!parseLine(line)) {
      throw new Error(`Expected a marker or a recommended line, got ${line}`);
    }
  }
  if (open.length > 0) throw new Error(`Expected an End for each Start:\n${lines.join("\n")}`);
  return ended;
}
