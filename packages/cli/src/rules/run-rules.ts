import type { GatewayOptions } from "../gateway/gateway.ts";
import { hasSignals } from "../gateway/program.ts";
import { openBench } from "./bench.ts";
import type { Bench, Ways } from "./bench.ts";
import type { Finding, Need, Result, Rule } from "./rule.ts";
import { finding, skipped } from "./rule.ts";

/** What is checked, by which rules. */
export interface CheckOptions {
  readonly gateway: GatewayOptions;
  readonly ways: Ways;
  readonly rules: readonly Rule[];
  /** Whether rules that need half a minute run too. */
  readonly slow: boolean;
  /** Is told which rule comes next. */
  readonly onRule: (rule: Rule) => void;
}

/**
 * Runs the rules one after the other, those that mostly wait beside the others; results come in the order of the rules.
 *
 * @throws CannotRun when the runtime does not start
 */
export async function runRules(options: CheckOptions): Promise<readonly Result[]> {
  const { rules, onRule } = options;
  const bench = await openBench(options.gateway, options.ways);
  try {
    const missing = missingNeeds(options, bench);
    const waiting = new Map(
      rules
        .filter(({ waits }) => waits && bench.canRunTwice)
        .map((rule) => [rule, run(rule, bench, missing)]),
    );
    const results: Result[] = [];
    for (const rule of rules) {
      onRule(rule);
      results.push(await (waiting.get(rule) ?? run(rule, bench, missing)));
    }
    return results;
  } finally {
    await bench.end();
  }
}

// What cannot be had, with the reason.
function missingNeeds(
  { gateway: { target }, ways: { failures }, slow }: CheckOptions,
  { successes }: Bench,
): ReadonlyMap<Need, string> {
  const isOurs = "command" in target;
  const takes = (kind: string): boolean => successes.some((call) => call.kind === kind);
  const needs: readonly [need: Need, isMet: boolean, reason: string][] = [
    ["output", isOurs, "it needs what the program writes, which `--url` does not show"],
    ["program", isOurs, "it needs to start and kill the program, which `--url` does not allow"],
    ["signals", isOurs && hasSignals, "it needs signals, which `--url` and Windows do not have"],
    ["event", takes("invoke"), "the function takes no event, or `--event` does not say which"],
    ["http", takes("http-invoke"), "the function answers no HTTP, or `--http` does not say where"],
    [
      "failure",
      failures.length > 0,
      "it needs to know how to make the function fail: `--error-event`, `--error-http`",
    ],
    ["slow", slow, "it takes half a minute: `--slow` runs it"],
  ];
  return new Map(needs.flatMap(([need, isMet, reason]) => (isMet ? [] : [[need, reason]])));
}

async function run(rule: Rule, bench: Bench, missing: ReadonlyMap<Need, string>): Promise<Result> {
  const started = performance.now();
  const [reason] = (rule.needs ?? []).flatMap((need) => missing.get(need) ?? []);
  const found = reason ? skipped(reason) : await findingOf(rule, bench);
  return { rule, finding: found, duration: performance.now() - started };
}

// What a rule meets on its way, such as a program that is gone, is what it has seen of the runtime.
async function findingOf(rule: Rule, bench: Bench): Promise<Finding> {
  try {
    return await bench.lend(async (subject) => rule.check(subject));
  } catch (error) {
    return finding(false, rule.title, error instanceof Error ? error.message : String(error));
  }
}
