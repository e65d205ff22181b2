import { SpanStatusCode } from "@opentelemetry/api";
import type { Span, SpanContext, SpanStatus } from "@opentelemetry/api";

/**
 * The root span of an invocation that is not sampled. It keeps its status and nothing else: what a function answers
 * must not hang on sampling.
 */
export class UnsampledSpan implements Span {
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  readonly #context: SpanContext;

  constructor(context: SpanContext) {
    this.#context = context;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setStatus(status: SpanStatus): this {
    this.status = status;
    return this;
  }

  /** Its status is worth setting. */
  isRecording(): boolean {
    return true;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  end(): void {}
}
