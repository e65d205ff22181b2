import type * as crypto from "node:crypto";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import type { IdGenerator } from "@opentelemetry/sdk-trace-base";
import { nodeRequire } from "./node-require.ts";

/**
 * The trace id that a request id leads to when no trace was sent: the hex digits of a UUID (32) or of a request id of
 * FC 3.0 (28, padded with zeros on the left), else the first half of its SHA-256.
 */
export function traceIdFrom(requestId: string): string {
  const digits = digitsOf(requestId);
  return digits && digits !== invalidTraceId ? digits : hashOf(requestId);
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
// The first block is a version, no part of the 28 digits.
const idOfFc3 = /^\d-[\da-f]{8}-[\da-f]{8}-[\da-f]{12}$/i;
const invalidTraceId = "0".repeat(32);

// In slices, by place: half of what splitting or replacing takes, and it happens for each invocation.
function digitsOf(id: string): string | undefined {
  if (idOfFc3.test(id))
    return `0000${id.slice(2, 10)}${id.slice(11, 19)}${id.slice(20)}`.toLowerCase();
  if (!uuid.test(id)) return undefined;
  const [head, tail] = [id.slice(0, 8), id.slice(24)];
  return `${head}${id.slice(9, 13)}${id.slice(14, 18)}${id.slice(19, 23)}${tail}`.toLowerCase();
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
