import type * as crypto from "node:crypto";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import type { IdGenerator } from "@opentelemetry/sdk-trace-base";
import { nodeRequire } from "./node-require.ts";

/**
 * The trace id that a request id leads to when no trace was sent: the hex digits of a UUID (32) or of a request id of
 * FC 3.0 (28, padded with zeros on the left), else the first half of its SHA-256.
 */
export function traceIdFrom(requestId: string): string {
  const known =
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$|^\d-[\da-f]{8}-[\da-f]{8}-[\da-f]{12}$/i;
  const digits = known.test(requestId) ? hexOf(requestId).toLowerCase() : "";
  return /[1-9a-f]/.test(digits) ? digits.padStart(32, "0") : hashOf(requestId);
}

// The first block of FC 3.0's form is a version, no part of the 28 digits.
function hexOf(requestId: string): string {
  return requestId.replace(/^\d-/, "").replaceAll("-", "");
}

// Loading it takes 3 ms, and the platform's own ids have no need of it.
function hashOf(requestId: string): string {
  const { createHash }: typeof crypto = nodeRequire("node:crypto");
  return createHash("sha256").update(requestId).digest("hex").slice(0, 32);
}

/** Random ids, but for the root span of an invocation: its trace id leads from the request id. */
export class InvocationIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #rootTraceId: string | undefined;

  /** Starts a root span, which takes this trace id when it has no parent. */
  startRoot<Span>(traceId: string, start: () => Span): Span {
    this.#rootTraceId = traceId;
    try {
      return start();
    } finally {
      this.#rootTraceId = undefined;
    }
  }

  generateTraceId(): string {
    return this.#rootTraceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }
}
