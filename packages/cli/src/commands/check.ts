import { Command, Option } from "commander";
import picocolors from "picocolors";
import { CannotRun } from "../cannot-run.ts";
import type { Target } from "../gateway/instance.ts";
import type { Call } from "../gateway/platform-request.ts";
import { jsonReport } from "../report/json.ts";
import { junitReport } from "../report/junit.ts";
import { prettyReport } from "../report/pretty.ts";
import { progress } from "../report/progress.ts";
import { breaksMust } from "../report/report.ts";
import type { Report } from "../report/report.ts";
import { tapReport } from "../report/tap.ts";
import type { Ways } from "../rules/bench.ts";
import type { Rule } from "../rules/rule.ts";
import { rules } from "../rules/rules.ts";
import { runRules } from "../rules/run-rules.ts";
import { collect, eventOf, numberOf } from "./values.ts";

interface CheckFlags {
  readonly url?: string;
  readonly event?: string;
  readonly errorEvent?: string;
  readonly http: readonly string[];
  readonly errorHttp?: string;
  readonly only?: string;
  readonly skip?: string;
  readonly reporter: keyof typeof reporters;
  readonly fc: "2" | "3";
  readonly timeout?: string;
  readonly slow?: boolean;
}

/** `fcrt check`: sends a runtime what the platform would, and reports what is not as the contract says. */
export function checkCommand(): Command {
  return new Command("check")
    .summary("check a runtime against the contract")
    .description(
      "Starts the command as Function Compute would, sends it what the platform sends, and reports which rules of the contract it keeps.",
    )
    .usage("[options] -- <command...>")
    .argument("[command...]", "the program that serves the function, with its arguments")
    .option("--url <address>", "check a running server instead of a command")
    .option("--event <file>", "an event that succeeds: a file, or JSON")
    .option("--error-event <file>", "an event that makes the function fail")
    .option("--http <path>", "a path that is answered with success; may come again", collect, [])
    .option("--error-http <path>", "a path that makes the function fail")
    .option("--only <rules>", "ids or families to run, separated by commas")
    .option("--skip <rules>", "ids or families to leave out")
    .addOption(
      new Option("--reporter <name>", "how to report")
        .choices(Object.keys(reporters))
        .default("pretty"),
    )
    .addOption(
      new Option("--fc <generation>", "whose requests to send").choices(["2", "3"]).default("3"),
    )
    .option("--timeout <seconds>", "for the start (default 120) and for each answer (default 60)")
    .option("--slow", "also run rules that take half a minute")
    .passThroughOptions()
    .action(check);
}

const reporters = {
  pretty: (report: Report): string =>
    prettyReport(report, picocolors.createColors(process.stdout.hasColors?.() ?? false)),
  json: jsonReport,
  junit: junitReport,
  tap: tapReport,
} as const;

async function check(command: readonly string[], flags: CheckFlags): Promise<void> {
  const target = targetOf(command, flags.url);
  const generation = flags.fc === "2" ? 2 : 3;
  const selected = selectionOf(flags);
  const given = flags.timeout && numberOf("--timeout", flags.timeout, 0.1, 86_400) * 1000;
  const limits = given ? { functionTimeout: given, startTimeout: given } : {};
  const ways = await waysOf(flags);
  const name = "url" in target ? target.url.origin : target.command.join(" ");

  const { say, end } = progress("lines");
  say(`Starting ${name}`);
  const results = await runRules({
    gateway: { target, generation, ...limits },
    ways,
    rules: selected,
    slow: flags.slow ?? false,
    onRule: ({ family }) => say(`Checking ${family}`),
  }).finally(end);
  process.stdout.write(reporters[flags.reporter]({ target: name, generation, results }));
  process.exitCode = breaksMust(results) ? 1 : 0;
}

function targetOf(command: readonly string[], url: string | undefined): Target {
  if (url !== undefined && command.length > 0)
    throw new CannotRun("Expected a command or `--url`, got both");
  if (url === undefined) {
    if (command.length > 0) return { command };
    throw new CannotRun("Expected a command, such as `fcrt check -- node server.js`, got none");
  }
  if (URL.canParse(url) && new URL(url).protocol === "http:") return { url: new URL(url) };
  throw new CannotRun(
    `Expected \`--url\` to be an address such as \`http://127.0.0.1:9000\`, got \`${url}\``,
  );
}

async function waysOf({ event, errorEvent, http, errorHttp }: CheckFlags): Promise<Ways> {
  const eventCall = async (flag: string, given: string | undefined): Promise<Call[]> =>
    given === undefined ? [] : [{ kind: "invoke", body: await eventOf(flag, given) }];
  const httpCall = (path: string): Call => ({ kind: "http-invoke", path });
  return {
    successes: [...(await eventCall("--event", event)), ...http.map(httpCall)],
    failures: [
      ...(await eventCall("--error-event", errorEvent)),
      ...(errorHttp === undefined ? [] : [httpCall(errorHttp)]),
    ],
  };
}

function selectionOf({ only, skip }: CheckFlags): readonly Rule[] {
  const wanted = only === undefined ? undefined : namesIn("--only", only);
  const unwanted = skip === undefined ? [] : namesIn("--skip", skip);
  return rules.filter(
    (rule) => (wanted === undefined || isNamed(rule, wanted)) && !isNamed(rule, unwanted),
  );
}

function namesIn(flag: string, list: string): string[] {
  const names = list.split(",").map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !rules.some((rule) => isNamed(rule, [name])));
  if (unknown === undefined) return names;
  const families = [...new Set(rules.map(({ family }) => `\`${family}\``))].join(", ");
  throw new CannotRun(
    `Expected \`${flag}\` to name rules such as \`${rules[0]?.id}\` or families (${families}), got \`${unknown}\``,
  );
}

function isNamed({ id, family }: Rule, names: readonly string[]): boolean {
  return names.includes(id.toLowerCase()) || names.includes(family);
}
