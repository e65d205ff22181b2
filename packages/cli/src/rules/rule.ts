import type { Gateway, GatewayOptions } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Call } from "../gateway/platform-request.ts";

/** What a rule is about; also the middle of its id. */
type Family =
  | "start-up"
  | "dispatch"
  | "status"
  | "markers"
  | "log lines"
  | "concurrency"
  | "http"
  | "limits"
  | "lifecycle"
  | "security"
  | "resilience";

/** `must`: the specification says so. `should`: other documents of the platform do, or it is known to go wrong. */
type Severity = "must" | "should";

/**
 * What a rule cannot do without; when it is not there, the rule is skipped and says why.
 *
 * - `output`: what the program writes, which `--url` does not show
 * - `program`: one that can be started again, and killed
 * - `signals`: a system that can freeze and ask to end
 * - `event`, `http`: an invocation of that kind that succeeds
 * - `failure`: a call that makes the function fail
 * - `slow`: time, given with `--slow`
 */
export type Need = "output" | "program" | "signals" | "event" | "http" | "failure" | "slow";

/** One sentence of the contract, and how to see whether a runtime keeps it. */
export interface Rule {
  /** Stable: `FC-STATUS-002`. The page in docs/rules/ has the same name. */
  readonly id: string;
  readonly family: Family;
  readonly severity: Severity;
  /** What a runtime does that keeps it, in one sentence. */
  readonly title: string;
  /** Where it is written. */
  readonly source: string;
  readonly needs?: readonly Need[];
  /**
   * Whether it mostly waits, so that it runs beside the others: it must not stop, kill or freeze the shared instance.
   * @default false
   */
  readonly waits?: boolean;
  /** Looks, and tells what it saw. What it throws is a failure of the runtime, told as what was seen. */
  readonly check: (subject: Subject) => Promise<Finding>;
}

/** The runtime that is checked. */
export interface Subject {
  /** One gateway that the rules share: whoever stops, kills or freezes its instance takes a `fresh` one instead. */
  readonly gateway: Gateway;
  /** A gateway of one's own with the same function; it is killed when the rule has ended. */
  readonly fresh: (options?: Partial<GatewayOptions>) => Promise<Gateway>;
  /** How the function is made to succeed. */
  readonly successes: Calls;
  /** How the function is made to fail; empty when nobody has told. */
  readonly failures: readonly Call[];
  /** What came of the call of `initialize`, made once when the shared gateway started. */
  readonly initialization: Invocation;
  /** One invocation for each of `successes`, made once for all rules. */
  readonly succeeded: () => Promise<readonly Invocation[]>;
  /** One invocation for each of `failures`, made once for all rules. */
  readonly failed: () => Promise<readonly Invocation[]>;
}

/** At least one. */
export type Calls = readonly [Call, ...Call[]];

/** What a rule has found. */
export type Finding =
  | { readonly result: "passed" | "failed"; readonly expected: string; readonly seen: string }
  | { readonly result: "skipped"; readonly reason: string };

/** A rule with what it has found. */
export interface Result {
  readonly rule: Rule;
  readonly finding: Finding;
  /** In milliseconds. */
  readonly duration: number;
}

/** Passed or failed, with what was expected and what was seen. */
export function finding(passed: boolean, expected: string, seen: string): Finding {
  return { result: passed ? "passed" : "failed", expected, seen };
}

/** Nothing could be seen, for this reason: a sentence without its full stop. */
export function skipped(reason: string): Finding {
  return { result: "skipped", reason };
}

/** Why there is nothing to see of an initialization. */
export const noInitializer =
  "the function has no initializer: the call is answered with StatusCode 404";

/** Judges each; the first that fails is what the rule has found, else the first. */
export function forEach<T>(items: readonly T[], judge: (item: T) => Finding): Finding {
  const findings = items.map(judge);
  return (
    findings.find(({ result }) => result === "failed") ??
    findings.find(({ result }) => result === "passed") ??
    findings[0] ??
    skipped("there was nothing to look at")
  );
}
