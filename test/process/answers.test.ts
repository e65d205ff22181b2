import { describe, expect, test } from "vitest";
import type { Child } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";
import { endOf, exitOf, expectPairedMarkers, linesOf, send, serving, withId } from "./program.ts";

interface Case {
  readonly what: string;
  readonly request: PlatformRequest;
  /** How an answer begins: status, `x-fc-status` and body. */
  readonly answer: readonly [status: number, fcStatus: string, body: RegExp];
  /** What each error that is logged says, without its stack. */
  readonly logged: readonly RegExp[];
  readonly end?: "Unhandled" | "Handled";
}

const discreet = /^{"errorMessage":"The function failed","errorType":"FunctionError","requestId":"/;
const told = /^{"errorMessage":"boom","errorType":"Error","stackTrace":\["Error: boom",/;
const one = /^one$/;
const boom = /^Error: boom$/;
const headersSent = /^Error \[ERR_HTTP_HEADERS_SENT\]: /;

const cases: readonly Case[] = [
  failure("/throws", discreet, boom),
  failure("/rejects", discreet, boom),
  failure("/throws-then-answers", discreet, boom),
  failure("/destroys", discreet, /^FCRT_RESPONSE_DESTROYED: The application destroyed/),
  failure("/destroys-with-an-error", discreet, boom),
  success("/ends-twice", /^Error: write after end$/),
  success("/throws-after-end", boom),
  success("/sets-a-header-after-end", headersSent),
  success("/writes-after-end", /^Error \[ERR_STREAM_WRITE_AFTER_END\]: /),
  event("resolves twice", success),
  event("rejects last", success, boom),
  event("rejects first", failure, told, boom),
  event("throws", failure, told, boom),
];

const broken = [
  { path: "/throws-after-headers", logged: boom },
  { path: "/destroys-after-headers", logged: /^FCRT_RESPONSE_DESTROYED: / },
  { path: "/destroys-the-socket", logged: /^FCRT_CLIENT_DISCONNECTED: / },
  { path: "/writes-two-heads", logged: headersSent },
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test.each(cases)("a handler that $what has one result", async (habit) => {
    const child = await serving("answers.mjs", { node });

    const { status, fcStatus, body, headers } = await send(child, withId("odd", habit.request));

    expect([status, fcStatus]).toEqual(habit.answer.slice(0, 2));
    expect(body).toMatch(habit.answer[2]);
    if (habit.request.path === "/throws-then-answers") await child.line("answered late");
    expect(headers).not.toHaveProperty("x-late");
    if (habit.logged.length > 0) await child.line("odd [ERROR]");
    expect(linesOf(child, "odd")).toContain(endOf("odd", habit.end));
    expectErrors(child, habit.logged);
    await expectUnharmed(child);
  });

  test.each(broken)("the client of $path sees a broken connection", async ({ path, logged }) => {
    const child = await serving("answers.mjs", { node });

    const answer = send(child, withId("odd", httpInvoke("GET", path)));

    await expect(answer).rejects.toThrow(/aborted|ECONNRESET|hang up/);
    await child.line(endOf("odd", "Unhandled"));
    expectErrors(child, [logged]);
    await expectUnharmed(child);
  });
});

function failure(path: string, body: RegExp, ...logged: readonly RegExp[]): Case {
  return { ...at(path), answer: [404, "404", body], logged, end: "Unhandled" };
}

function success(path: string, ...logged: readonly RegExp[]): Case {
  return { ...at(path), answer: [200, "200", one], logged };
}

/** The same for an event handler, whose habit the event names. */
function event<Rest extends readonly RegExp[]>(
  habit: string,
  outcome: (path: string, ...rest: Rest) => Case,
  ...rest: Rest
): Case {
  return { ...outcome(`/${habit}`, ...rest), request: invoke(habit) };
}

function at(path: string): Pick<Case, "what" | "request"> {
  return { what: path.slice(1).replaceAll("-", " "), request: httpInvoke("GET", path) };
}

function expectErrors(child: Child, messages: readonly RegExp[]): void {
  const errors = linesOf(child, "odd")
    .filter((line) => line.startsWith("odd [ERROR]"))
    .map((line) => line.slice("odd [ERROR] ".length))
    .filter((line) => !/^ +at |^ +code: |^}$/.test(line));
  expect(errors).toEqual(messages.map((message) => expect.stringMatching(message)));
}

/** Fails unless the program serves as before, and knows of nothing in flight when it is to stop. */
async function expectUnharmed(child: Child): Promise<void> {
  const next = await send(child, httpInvoke("GET", "/is-quick"));
  expect(next).toMatchObject({ status: 200, body: "done" });
  child.process.kill("SIGTERM");
  expect(await exitOf(child)).toBe(0);
  expectPairedMarkers(child);
  expect(child.stderr).toBe("");
}
