import { callerHeader } from "@fcrt/core/protocol";
import { Command } from "commander";
import { CannotRun } from "../cannot-run.ts";
import type { Headers } from "../gateway/connections.ts";
import { Gateway } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Call } from "../gateway/platform-request.ts";
import { jsonOfInvocations, textOfInvocations } from "../report/invocations.ts";
import type { CallReport, InvocationReport } from "../report/invocations.ts";
import { progress } from "../report/progress.ts";
import { samples } from "../samples.ts";
import { collect, eventOf, integerOf, numberOf, readFile } from "./values.ts";

interface InvokeFlags {
  readonly event?: string;
  readonly sample?: string;
  readonly http?: readonly string[];
  readonly header: readonly string[];
  readonly data?: string;
  readonly async?: boolean;
  readonly concurrency?: string;
  readonly count?: string;
  readonly timeout?: string;
  readonly freeze?: boolean;
  readonly json?: boolean;
}

/** `fcrt invoke`: starts a function as the platform would, calls it, and shows what came of it. */
export function invokeCommand(): Command {
  return new Command("invoke")
    .summary("invoke a function without the platform")
    .description(
      "Starts the command as Function Compute would, calls initialize, the function and pre-stop, and prints log and response.",
    )
    .usage("[options] -- <command...>")
    .argument("[command...]", "the program that serves the function, with its arguments")
    .option("--event <event>", "the event: a file, JSON, or `-` for stdin (default: {})")
    .option("--sample <trigger>", `the event of a trigger: ${Object.keys(samples).join(", ")}`)
    .option("--http <method-path...>", "an HTTP invocation instead: GET /path")
    .option("-H, --header <header>", "a header of it: `name: value`", collect, [])
    .option("-d, --data <body>", "its body: text, or `@` and a file")
    .option("--async", "as a caller who does not wait: failures are tried again")
    .option("--concurrency <number>", "how many invocations run at once (default: 1)")
    .option("--count <number>", "how many invocations there are, with a table of latencies")
    .option("--timeout <seconds>", "of the function: the instance is killed then (default: 60)")
    .option("--freeze", "let the instance stand still while nothing runs on it")
    .option("--json", "print JSON, for programs")
    .passThroughOptions()
    .action(invoke);
}

async function invoke(command: readonly string[], flags: InvokeFlags): Promise<void> {
  if (command.length === 0)
    throw new CannotRun("Expected a command, such as `fcrt invoke -- node server.js`, got none");
  const call = await callOf(flags);
  const concurrency = integerOf("--concurrency", flags.concurrency ?? "1", 1, 200);
  const count = integerOf("--count", flags.count ?? String(concurrency), 1, 1_000_000);
  const gateway = new Gateway({
    target: { command },
    functionTimeout: numberOf("--timeout", flags.timeout ?? "60", 0.1, 86_400) * 1000,
    concurrency,
    hooks: ["initialize", "pre-stop"],
    freeze: flags.freeze ?? false,
  });
  const report = await run(gateway, async () => {
    const callers = { count, concurrency, tail: isTailWanted(call.headers ?? []) };
    return callAll(callers, async () =>
      flags.async ? gateway.invokeAsync(call) : [await gateway.invoke(call)],
    );
  });
  process.stdout.write(flags.json ? jsonOfInvocations(report) : textOfInvocations(report));
  process.exitCode = report.failed > 0 ? 1 : 0;
}

async function run(
  gateway: Gateway,
  callThem: () => Promise<CallReport>,
): Promise<InvocationReport> {
  const { say, end } = progress("nothing");
  try {
    say("Starting");
    const { startTime } = await gateway.instance();
    say("Invoking");
    const calls = await callThem();
    const initialization = await gateway.initialization;
    say("Stopping");
    const preStop = await gateway.stop();
    return { startTime, initialization, preStop, log: gateway.log, ...calls };
  } finally {
    end();
    await gateway.kill();
  }
}

// Of many calls only numbers are kept, and the first failures.
async function callAll(
  { count, concurrency, tail }: { count: number; concurrency: number; tail: boolean },
  callOnce: () => Promise<readonly Invocation[]>,
): Promise<CallReport> {
  const durations: number[] = [];
  const shown: Invocation[] = [];
  let begun = 0;
  let failed = 0;
  const caller = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const attempts = await callOnce();
      const last = attempts.at(-1);
      const hasFailed = last?.outcome.status === "failure";
      durations.push(last?.duration ?? 0);
      if (hasFailed) failed += 1;
      if (count === 1 || (hasFailed && shown.length < mostShown)) shown.push(...attempts);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, caller));
  return { count, failed, durations, shown, tail };
}

const mostShown = 3;

async function callOf(flags: InvokeFlags): Promise<Call> {
  const { event, sample, http, header, data } = flags;
  const given = [event && "--event", sample && "--sample", http && "--http"].filter(Boolean);
  if (given.length > 1) throw new CannotRun(`Expected one of ${given.join(" and ")}, got both`);
  if (http) return httpCallOf(http, header, data);
  if (header.length > 0 || data !== undefined)
    throw new CannotRun("Expected `-H` and `-d` together with `--http`, got them without");
  if (sample === undefined)
    return { kind: "invoke", body: await eventOf("--event", event ?? "{}") };
  if (Object.hasOwn(samples, sample))
    return { kind: "invoke", body: JSON.stringify(samples[sample]) };
  throw new CannotRun(
    `Expected \`--sample\` to be one of ${Object.keys(samples).join(", ")}, got \`${sample}\``,
  );
}

function httpCallOf(
  words: readonly string[],
  headers: readonly string[],
  data: string | undefined,
): Call {
  const [method = "", path] = words;
  if (words.length !== 2 || !methods.includes(method.toUpperCase()) || !path?.startsWith("/"))
    throw new CannotRun(
      `Expected \`--http\` to be a method (${methods.join(", ")}) and a path, such as \`GET /\`, got \`${words.join(" ")}\``,
    );
  const body = data?.startsWith("@") ? readFile("-d", data.slice(1)) : data;
  return {
    kind: "http-invoke",
    method: method.toUpperCase(),
    path,
    headers: headers.map(headerOf),
    ...(body !== undefined && { body }),
  };
}

// Those that an HTTP trigger takes.
const methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];

function headerOf(text: string): readonly [string, string] {
  const [, name, value = ""] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(text) ?? [];
  if (name) return [name, value];
  throw new CannotRun(`Expected \`-H\` to be \`name: value\`, got \`${text}\``);
}

function isTailWanted(headers: Headers): boolean {
  return headers.some(
    ([name, value]) => name.toLowerCase() === callerHeader.logType && value === "Tail",
  );
}
