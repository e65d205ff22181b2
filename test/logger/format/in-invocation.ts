import { randomUUID } from "node:crypto";
import { serve } from "@fcrt/core";
import type { Context } from "@fcrt/core";
import { invoke, sendTo } from "../../support/platform-request.ts";

/** An invocation that is over. */
export interface Served {
  readonly id: string;
  readonly status: number;
}

/** Runs a handler in an invocation of its own, served and answered; what it throws fails the invocation. */
export async function serveOnce(
  handler: (context: Context) => unknown,
  { id = randomUUID() }: { id?: string } = {},
): Promise<Served> {
  const runtime = await serve(
    { invoke: (_event, context) => handler(context) },
    { port: 0, host: "127.0.0.1" },
  );
  try {
    const { status } = await sendTo(runtime.port, invoke("{}", { "x-fc-request-id": id }));
    return { id, status };
  } finally {
    await runtime.close();
  }
}

/** Runs checks in an invocation; what they throw is thrown here. */
export async function inInvocation(
  checks: (context: Context) => unknown,
  options?: { id?: string },
): Promise<Served> {
  let failure: { readonly error: unknown } | undefined;
  const served = await serveOnce(async (context) => {
    try {
      await checks(context);
    } catch (error) {
      failure = { error };
    }
  }, options);
  if (failure) throw failure.error;
  return served;
}
