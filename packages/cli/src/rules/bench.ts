import { parseMarker } from "@fcrt/core/protocol";
import { Gateway } from "../gateway/gateway.ts";
import type { GatewayOptions } from "../gateway/gateway.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { LogLine } from "../gateway/log.ts";
import type { Call } from "../gateway/platform-request.ts";
import type { Calls, Subject } from "./rule.ts";

/** How whoever runs the check says that the function succeeds and fails. */
export interface Ways {
  readonly successes: readonly Call[];
  readonly failures: readonly Call[];
}

/** The runtime as each rule gets it. */
export interface Bench {
  /** Whether the program listens where its environment says, so that several can run beside each other. */
  readonly canRunTwice: boolean;
  readonly successes: Calls;
  /** Lends the runtime to a rule, and ends what the rule has started for itself. */
  readonly lend: <T>(work: (subject: Subject) => Promise<T>) => Promise<T>;
  readonly end: () => Promise<void>;
}

/**
 * Starts the runtime and gets to know it.
 *
 * @throws CannotRun when it does not start
 */
export async function openBench(given: GatewayOptions, ways: Ways): Promise<Bench> {
  const options = { ...given, concurrency: mostConcurrency };
  const gateway = new Gateway(options);
  const { port, wantedPort } = await gateway.instance();
  const initialization = await withEnd(gateway, await gateway.callHook("initialize"));
  const successes = atLeastOne(ways.successes) ?? (await guessedWays(gateway));
  const shared = {
    gateway,
    initialization,
    successes,
    failures: ways.failures,
    succeeded: once(async () => invocationsOf(gateway, successes)),
    failed: once(async () => invocationsOf(gateway, ways.failures)),
  };
  return {
    canRunTwice: port === wantedPort,
    successes,
    async lend(work) {
      const taken: Gateway[] = [];
      const fresh: Subject["fresh"] = async (own = {}) => {
        if (port !== wantedPort) await gateway.kill();
        const another = new Gateway({ ...options, ...own });
        taken.push(another);
        await another.instance();
        return another;
      };
      try {
        return await work({ ...shared, fresh });
      } finally {
        await Promise.all(taken.map(async (each) => each.kill()));
      }
    },
    end: async () => gateway.kill(),
  };
}

/** Invokes, and waits a little for an End marker that comes late: `gateway.log` then has all that will come. */
export async function invokeToEnd(gateway: Gateway, call: Call): Promise<Invocation> {
  return withEnd(gateway, await gateway.invoke(call));
}

// The platform's own limit: rules decide themselves how many run at once.
const mostConcurrency = 200;

// Nobody has told what the function does: it may take an empty event, or show a page.
async function guessedWays(gateway: Gateway): Promise<Calls> {
  const event: Call = { kind: "invoke", body: "{}" };
  const successes: Call[] = [];
  for (const guess of [event, { kind: "http-invoke", path: "/" } as const]) {
    const { response, outcome } = await gateway.invoke(guess);
    if (response && response.status < 400 && outcome.status === "success") successes.push(guess);
  }
  return atLeastOne(successes) ?? [event];
}

function atLeastOne([first, ...rest]: readonly Call[]): Calls | undefined {
  return first && [first, ...rest];
}

async function invocationsOf(
  gateway: Gateway,
  calls: readonly Call[],
): Promise<readonly Invocation[]> {
  const invocations: Invocation[] = [];
  for (const call of calls) invocations.push(await invokeToEnd(gateway, call));
  return invocations;
}

async function withEnd(gateway: Gateway, invocation: Invocation): Promise<Invocation> {
  const isEnd = ({ requestId, text }: LogLine): boolean =>
    requestId === invocation.requestId && parseMarker(text)?.moment === "End";
  if (gateway.seesOutput) await gateway.log.find(isEnd, endPatience);
  return invocation;
}

const endPatience = 300;

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return async () => (result ??= work());
}
