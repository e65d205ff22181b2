import { describe, expect, test } from "vitest";
import { startChild } from "../support/child.ts";
import type { ChildOptions } from "../support/child.ts";
import { applications, environment, flagsOf, folder } from "./applications.ts";

/** A request, and what makes its answer that of this route. */
type Route = readonly [method: string, path: string, says: RegExp, body?: () => RequestInit];

const routes: readonly Route[] = [
  ["GET", "/", /^\{"hello":"world"\}$/],
  ["POST", "/orders", /^\{"id":7,"item":"tea"\}$/, order],
  ["POST", "/upload", /"size":\d\d+\}$/, upload],
  ["GET", "/report", /^id,total\n1,10\n2,20\n3,30\n$/],
  ["GET", "/events", /data: tick 3\n[^]*\n$/],
  ["GET", "/static/hello.txt", /^Hello from a file\.\n$/],
  ["GET", "/fail", /.+/],
  ["GET", "/nothing", /.*/],
];

// What tells of the moment, of the connection, of the contract, and, in Midway, of the trace that there is.
const passing = new Set(["date", "connection", "keep-alive", "x-fc-status", "traceparent"]);

describe("an application answers with `register` as it does without", () => {
  test.for(applications)("$file with $register", async (application, { onTestFinished }) => {
    const start = async (nodeOptions: readonly string[]): Promise<readonly object[]> =>
      answersOf(application.file, { nodeOptions, env: environment, stopWith: onTestFinished });
    const [bare, registered] = await Promise.all([start([]), start(flagsOf(application))]);

    expect(bare).toEqual(
      routes.map(([, path, says]) =>
        expect.objectContaining({ path, body: expect.stringMatching(says) }),
      ),
    );
    expect(registered).toEqual(bare);
  });
});

async function answersOf(file: string, options: ChildOptions): Promise<readonly object[]> {
  const child = await startChild(folder + file, options);
  await child.line(/listening$/, 60_000);
  const answers: object[] = [];
  for (const [method, path, , init] of routes) {
    const response = await fetch(`http://127.0.0.1:${child.port}${path}`, { method, ...init?.() });
    const headers = [...response.headers].filter(([name]) => !passing.has(name));
    answers.push({ path, status: response.status, headers, body: await response.text() });
  }
  return answers;
}

function order(): RequestInit {
  return { headers: { "content-type": "application/json" }, body: '{"item":"tea"}' };
}

// With a boundary that is the same each time.
function upload(): RequestInit {
  const lines = [
    "--parts",
    'content-disposition: form-data; name="file"; filename="hello.txt"',
    "content-type: text/plain",
    "",
    "Hello, I am a file.",
    "--parts--",
    "",
  ];
  return {
    headers: { "content-type": "multipart/form-data; boundary=parts" },
    body: lines.join("\r\n"),
  };
}
