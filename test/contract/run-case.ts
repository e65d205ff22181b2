import { expect } from "vitest";
import { canary, invoke, sendTo } from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";
import { sendRaw } from "../support/raw-request.ts";
import type { Case, Exchange } from "./cases.ts";

/** A process that serves the runtimes of the fixture. */
export interface Place {
  readonly ports: Readonly<Record<string, number>>;
  /** Every line on stdout so far. */
  readonly lines: readonly string[];
  /** Waits for a line with this text. */
  line(text: string): Promise<unknown>;
}

/** Sends what a case says, one request after the other, and compares answers and lines with what it expects. */
export async function expectCase(
  place: Place,
  { runtime = "plain", ...wanted }: Case,
): Promise<void> {
  const port = place.ports[runtime];
  if (port === undefined) throw new Error(`Expected a runtime \`${runtime}\` in the fixture`);
  const from = place.lines.length;
  const answers: Answer[] = [];
  for (const exchange of wanted.exchanges) answers.push(...(await answersTo(port, exchange)));
  const lines = (await linesUpToNow(place)).slice(from);

  const sent = JSON.stringify(wanted.exchanges);
  const told = JSON.stringify([answers, lines]);
  for (const secret of Object.values(canary)) {
    expect(told, `${wanted.name}: no secret gets out`).not.toContain(secret);
  }
  for (const { headers, fcStatus } of answers.filter(({ broken }) => !broken)) {
    expect(fcStatus, `${wanted.name}: every answer says it`).toMatch(/^(200|404)$/);
    expect(headers, `${wanted.name}: the platform's own`).not.toHaveProperty("x-fc-log-result");
  }
  const steady = steadier(sent);
  const expected = wanted.exchanges.flatMap((exchange) => exchange.answers ?? [exchange]);
  expect
    .soft(
      {
        answers: answers.map((answer, index) => shownAs(answer, expected[index] ?? {}, steady)),
        lines: withoutFrames(lines).map(steady),
      },
      `${wanted.name} (${wanted.source})`,
    )
    .toEqual({
      answers: expected.map(({ status, fcStatus, text, json, headers, broken = false }) => ({
        broken,
        status,
        fcStatus,
        headers,
        text,
        json,
      })),
      lines: wanted.lines,
    });
}

interface Answer {
  readonly broken: boolean;
  readonly status?: number;
  readonly fcStatus?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: string;
}

async function answersTo(port: number, exchange: Exchange): Promise<Answer[]> {
  if ("raw" in exchange) {
    const answers = await sendRaw(port, exchange.raw);
    return answers.map((answer) => ({ broken: false, ...answer }));
  }
  return [await answerTo(port, exchange.request)];
}

async function answerTo(port: number, request: PlatformRequest): Promise<Answer> {
  try {
    return { broken: false, ...(await sendTo(port, request)) };
  } catch {
    return { broken: true };
  }
}

// Whatever comes on stdout because of a case comes before the Start of an invocation that follows it.
async function linesUpToNow(place: Place): Promise<readonly string[]> {
  fences += 1;
  const requestId = `fence-${fences}`;
  const port = place.ports["plain"] ?? 0;
  await sendTo(port, invoke("null", { "x-fc-request-id": requestId }));
  await place.line(`End RequestId: ${requestId}`);
  const { lines } = place;
  return lines.slice(0, lines.indexOf(`FC Invoke Start RequestId: ${requestId}`));
}

let fences = 0;

// Only what a case looks at is compared.
function shownAs(
  { broken, status, fcStatus, headers = {}, body = "" }: Answer,
  expected: { readonly headers?: object; readonly text?: unknown; readonly json?: unknown },
  steady: (text: string) => string,
): object {
  const { headers: wanted } = expected;
  return {
    broken,
    status,
    fcStatus,
    headers: wanted && Object.fromEntries(Object.keys(wanted).map((name) => [name, headers[name]])),
    text: expected.text === undefined ? undefined : steady(body),
    json: expected.json === undefined ? undefined : withoutStackFrames(parsed(steady(body))),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return `no JSON: ${text}`;
  }
}

function withoutStackFrames(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("stackTrace" in value)) return value;
  return { ...value, stackTrace: withoutFrames(value.stackTrace as string[]) };
}

// One line stands for the frames of a stack: where they point to is not for the contract to say.
function withoutFrames(lines: readonly string[]): string[] {
  return lines
    .map((line) => line.replace(/^(.* \[ERROR\] )? {4}at .*$/, "$1    at …"))
    .filter((line, index, all) => !line.endsWith("    at …") || line !== all[index - 1]);
}

// What differs from run to run gets a name: the time of a line, and the IDs that were not sent.
function steadier(sent: string): (text: string) => string {
  const fresh: string[] = [];
  return (text) =>
    text
      // The stacks of the test runner leave out the codes of Node's own errors.
      .replace(/Error \[ERR_[A-Z_]+\]: /, "Error: ")
      .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} /, "TIME ")
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/g, (id) => {
        if (sent.includes(id)) return id;
        if (!fresh.includes(id)) fresh.push(id);
        return `fresh-${fresh.indexOf(id) + 1}`;
      });
}
