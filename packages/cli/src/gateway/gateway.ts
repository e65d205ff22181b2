import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { asyncRetries, limit } from "@fcrt/core/protocol";
import type { Kind } from "@fcrt/core/protocol";
import { Connections } from "./connections.ts";
import type { RuntimeRequest, RuntimeResponse } from "./connections.ts";
import { functionFacts } from "./function-facts.ts";
import type { FunctionFacts, Generation } from "./function-facts.ts";
import { startInstance } from "./instance.ts";
import type { Instance, Target } from "./instance.ts";
import { lacksHook, outcomeOf } from "./invocation.ts";
import type { Invocation, InvocationOutcome } from "./invocation.ts";
import { brokenLimitOf, refusalOf } from "./limits.ts";
import { Log } from "./log.ts";
import { hookRequestOf, newRequestId, requestOf } from "./platform-request.ts";
import type { Call } from "./platform-request.ts";
import { describeExit } from "./program.ts";
import { Slots } from "./slots.ts";

/** How a function is configured, and what the gateway does with its instance. */
export interface GatewayOptions {
  readonly target: Target;
  /** @default 3 */
  readonly generation?: Generation;
  /** How long one invocation may take before its instance is killed, in milliseconds. @default 60000 */
  readonly functionTimeout?: number;
  /** How long the program may take to listen, in milliseconds. @default 120000 */
  readonly startTimeout?: number;
  /** How many invocations run at once on the instance; a further one waits. @default 1 */
  readonly concurrency?: number;
  /** Which hooks the function has: the platform calls no other. @default none */
  readonly hooks?: readonly Exclude<Kind, Call["kind"]>[];
  /** Variables of the function's own configuration, over those of the platform. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the instance stands still while nothing runs on it. @default false */
  readonly freeze?: boolean;
}

/**
 * A Function Compute with one function, which has one instance at a time. It is started when first needed, and anew when
 * it is gone.
 */
export class Gateway {
  readonly facts: FunctionFacts;
  readonly log: Log = new Log();
  readonly #options: Required<GatewayOptions>;
  readonly #slots: Slots;
  #instance: Promise<Instance> | undefined;
  #initialization: Promise<Invocation> | undefined;
  #running = 0;
  #served = 0;

  constructor(options: GatewayOptions) {
    this.#options = { ...defaults, ...options };
    const { generation, functionTimeout, concurrency } = this.#options;
    this.facts = functionFacts(generation, functionTimeout);
    this.#slots = new Slots(concurrency);
  }

  /**
   * The instance that runs, or a new one.
   *
   * @throws CannotRun when it does not start
   */
  async instance(): Promise<Instance> {
    const current = await this.#instance;
    if (current && !current.program?.exit) return current;
    if (current) this.#forget(current);
    this.#instance ??= this.#start();
    return this.#instance;
  }

  /** Whether the log holds what the program writes. */
  get seesOutput(): boolean {
    return "command" in this.#options.target;
  }

  /** What came of the call of `initialize` on the instance that runs; `undefined` when there was none. */
  get initialization(): Promise<Invocation> | undefined {
    return this.#initialization;
  }

  /** Calls the function and waits for its answer. */
  async invoke(call: Call): Promise<Invocation> {
    return this.#slots.run(async () => this.#attempt(call, "sync", this.#requestIdOf(call), 0));
  }

  /** Calls the function as one does who does not wait: a failure is tried again with the same request ID. Gives all tries. */
  async invokeAsync(call: Call): Promise<readonly Invocation[]> {
    const requestId = this.#requestIdOf(call);
    const attempts: Invocation[] = [];
    for (let retryCount = 0; retryCount <= asyncRetries; retryCount += 1) {
      const attempt = await this.#slots.run(async () =>
        this.#attempt(call, "async", requestId, retryCount),
      );
      attempts.push(attempt);
      if (attempt.outcome.status === "success" || !attempt.response) break;
    }
    return attempts;
  }

  /** Calls a hook as the platform does, whether the function has it or not. */
  async callHook(kind: Exclude<Kind, Call["kind"]>): Promise<Invocation> {
    const requestId = newRequestId(this.facts.generation, kind);
    const request = hookRequestOf(kind, this.facts, requestId);
    return this.#exchange(await this.instance(), kind, requestId, request);
  }

  /** Sends a request as it is, and judges nothing. Rejects, with what has happened, when no whole response comes. */
  async send(request: RuntimeRequest): Promise<RuntimeResponse> {
    const instance = await this.instance();
    const given = await this.#answer(instance, request);
    await whatIsWrittenIsRead();
    if ("response" in given) return given.response;
    throw new Error(`${request.method} ${request.path}: no response: ${given.reason}`);
  }

  /** One connection of its own. Whoever asks for it closes it. */
  async connection(): Promise<Connections> {
    const { host, port } = await this.instance();
    return new Connections(host, port, 1);
  }

  /** Ends the instance as the platform does: thawed, told by the hook if it has one, then stopped. */
  async stop(): Promise<Invocation | undefined> {
    const instance = await this.#instance?.catch(() => undefined);
    if (!instance || instance.program?.exit) return undefined;
    const preStop = this.#options.hooks.includes("pre-stop")
      ? await this.callHook("pre-stop")
      : undefined;
    instance.connections.close();
    await instance.program?.stop(stopPatience);
    this.#forget(instance);
    return preStop;
  }

  /** Ends the instance at once. */
  async kill(): Promise<void> {
    const instance = await this.#instance?.catch(() => undefined);
    if (!instance) return;
    instance.connections.close();
    await instance.program?.kill();
    this.#forget(instance);
  }

  #requestIdOf({ requestId, kind }: Call): string {
    return requestId ?? newRequestId(this.facts.generation, kind);
  }

  async #start(): Promise<Instance> {
    const { target, startTimeout, environment } = this.#options;
    return startInstance(target, this.facts, this.log, startTimeout, environment);
  }

  #forget(instance: Instance): void {
    instance.connections.close();
    this.#instance = undefined;
    this.#initialization = undefined;
    this.#served = 0;
  }

  async #attempt(
    call: Call,
    way: "sync" | "async",
    requestId: string,
    retryCount: number,
  ): Promise<Invocation> {
    const { kind } = call;
    const request = requestOf(call, this.facts, requestId, retryCount);
    const unsent = (outcome: InvocationOutcome): Invocation => ({
      kind,
      requestId,
      request,
      response: undefined,
      outcome,
      duration: 0,
      coldStart: false,
      log: [],
    });
    const refusal = refusalOf(call, way);
    if (refusal) return unsent(failure("InvalidArgument", refusal));

    const instance = await this.instance();
    const trouble = await this.#initialize();
    return trouble ? unsent(trouble) : this.#exchange(instance, kind, requestId, request);
  }

  // Once an instance, until it succeeds; what fails is asked again before the next invocation.
  async #initialize(): Promise<InvocationOutcome | undefined> {
    if (!this.#options.hooks.includes("initialize")) return undefined;
    this.#initialization ??= this.callHook("initialize");
    const initialization = await this.#initialization;
    const { outcome, response } = initialization;
    // On the platform nobody would have configured what is not there.
    if (hasSucceeded(response, outcome) || lacksHook(initialization)) return undefined;
    // A 404 is for the next call to try again; anything worse costs the instance.
    if (response?.status === 404 || response?.status === 400) this.#initialization = undefined;
    else await this.kill();
    const reason =
      outcome.status === "failure" ? outcome.reason : `it answered StatusCode ${response?.status}`;
    return failure("InitializationError", `the initialization failed: ${reason}`);
  }

  async #exchange(
    instance: Instance,
    kind: Kind,
    requestId: string,
    request: RuntimeRequest,
  ): Promise<Invocation> {
    const coldStart = this.#served === 0 && !isHook(kind);
    if (!isHook(kind)) this.#served += 1;
    this.#running += 1;
    instance.program?.thaw();
    this.log.open(requestId);
    const { position } = this.log;
    const started = performance.now();
    const given = await this.#answer(instance, request);
    const duration = performance.now() - started;
    await whatIsWrittenIsRead();
    this.log.close(requestId);
    const log = this.log.since(position).filter((line) => line.requestId === requestId);
    this.#running -= 1;
    await this.#rest(instance, kind);

    const response = "response" in given ? given.response : undefined;
    const outcome =
      "response" in given
        ? judge(kind, requestId, given.response, log)
        : failure("UnhandledInvocationError", given.reason);
    return { kind, requestId, request, response, outcome, duration, coldStart, log };
  }

  async #answer(
    instance: Instance,
    request: RuntimeRequest,
  ): Promise<{ readonly response: RuntimeResponse } | { readonly reason: string }> {
    const { functionTimeout } = this.#options;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), functionTimeout);
    const signals = request.signal ? [timeout.signal, request.signal] : [timeout.signal];
    try {
      const response = await instance.connections.send({
        ...request,
        signal: AbortSignal.any(signals),
      });
      return { response };
    } catch (error) {
      if (request.signal?.aborted) return { reason: "the caller went away" };
      if (timeout.signal.aborted) {
        await instance.program?.kill();
        return {
          reason: `no answer within ${functionTimeout / 1000} s, the timeout of the function: the instance was killed`,
        };
      }
      return { reason: await reasonOf(error, instance) };
    } finally {
      clearTimeout(timer);
    }
  }

  // The instance stands still from when the last response has ended until the next request.
  async #rest(instance: Instance, kind: Kind): Promise<void> {
    const { freeze, generation, hooks } = this.#options;
    if (!freeze || this.#running > 0 || kind === "pre-freeze" || kind === "pre-stop") return;
    if (generation === 2 && hooks.includes("pre-freeze") && !instance.program?.exit)
      await this.callHook("pre-freeze");
    if (this.#running === 0 && !instance.program?.exit) instance.program?.freeze();
  }
}

const defaults = {
  generation: 3,
  functionTimeout: 60_000,
  startTimeout: limit.startTime,
  concurrency: 1,
  hooks: [],
  environment: {},
  freeze: false,
} as const;

const stopPatience = 3000;

function isHook(kind: Kind): boolean {
  return kind !== "invoke" && kind !== "http-invoke";
}

function hasSucceeded(
  response: RuntimeResponse | undefined,
  { status }: InvocationOutcome,
): boolean {
  return status === "success" && response !== undefined && response.status < 300;
}

function failure(
  errorType: Extract<InvocationOutcome, { status: "failure" }>["errorType"],
  reason: string,
): InvocationOutcome {
  return { status: "failure", errorType, reason };
}

function judge(
  kind: Kind,
  requestId: string,
  response: RuntimeResponse,
  log: Invocation["log"],
): InvocationOutcome {
  const broken = brokenLimitOf(response);
  return broken ? failure("BadResponse", broken) : outcomeOf(kind, requestId, response, log);
}

// A line that was written before the response ended is in the pipe by now. It is read in this turn of the event loop, or,
// when the turn had begun without it, in the next.
async function whatIsWrittenIsRead(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

async function reasonOf(thrown: unknown, { program }: Instance): Promise<string> {
  const exit = await Promise.race([program?.ended, pause(exitPatience, undefined)]);
  return exit
    ? `the process ended with ${describeExit(exit)} before it had answered`
    : `the connection broke before the response was whole: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}

// A process that dies closes its connections a little before it is known to be gone.
const exitPatience = 200;
