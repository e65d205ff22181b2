import { setTimeout as pause } from "node:timers/promises";
import type { RuntimeRequest, RuntimeResponse } from "./connections.ts";
import type { Instance } from "./instance.ts";
import { describeExit } from "./program.ts";

/** What a request came to: a whole response, or why there is none. */
export type Answer = { readonly response: RuntimeResponse } | { readonly reason: string };

/** Sends a request and waits at most `timeout` milliseconds for the whole response; then the instance is killed. */
export async function answerOf(
  instance: Instance,
  request: RuntimeRequest,
  timeout: number,
): Promise<Answer> {
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), timeout);
  const signals = request.signal ? [tooLate.signal, request.signal] : [tooLate.signal];
  try {
    const signal = AbortSignal.any(signals);
    return { response: await instance.connections.send({ ...request, signal }) };
  } catch (error) {
    if (request.signal?.aborted) return { reason: "the caller went away" };
    if (!tooLate.signal.aborted) return { reason: await reasonOf(error, instance) };
    await instance.program?.kill();
    const seconds = timeout / 1000;
    return {
      reason: `no answer within ${seconds} s, the timeout of the function: the instance was killed`,
    };
  } finally {
    clearTimeout(timer);
  }
}

async function reasonOf(thrown: unknown, { program }: Instance): Promise<string> {
  const exit = await Promise.race([program?.ended, pause(exitPatience, undefined)]);
  return exit
    ? `the process ended with ${describeExit(exit)} before it had answered`
    : `the connection broke before the response was whole: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}

// A process that dies closes its connections a little before it is known to be gone.
const exitPatience = 200;
