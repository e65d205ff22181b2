import { Extension } from "@fcrt/core/extension";
import { AttributeValue, Attributes, Context, HrTime, Link, Span, SpanContext, SpanKind, SpanStatus, TraceState, TracerProvider } from "@opentelemetry/api";
type MaybePromise<T> = T | Promise<T>;
type RawResourceAttribute = [string, MaybePromise<AttributeValue | undefined>];
interface Resource {
  readonly asyncAttributesPending?: boolean;
  readonly attributes: Attributes;
  readonly schemaUrl?: string;
  waitForAsyncAttributes?(): Promise<void>;
  merge(other: Resource | null): Resource;
  getRawAttributes(): RawResourceAttribute[];
}
declare enum SamplingDecision {
  NOT_RECORD = 0,
  RECORD = 1,
  RECORD_AND_SAMPLED = 2
}
interface SamplingResult {
  decision: SamplingDecision;
  attributes?: Readonly<Attributes>;
  traceState?: TraceState;
}
interface Sampler {
  shouldSample(context: Context, traceId: string, spanName: string, spanKind: SpanKind, attributes: Attributes, links: Link[]): SamplingResult;
  toString(): string;
}
interface InstrumentationScope {
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
}
interface ExportResult {
  code: ExportResultCode;
  error?: Error;
}
declare enum ExportResultCode {
  SUCCESS = 0,
  FAILED = 1
}
interface TimedEvent {
  time: HrTime;
  name: string;
  attributes?: Attributes;
  droppedAttributesCount?: number;
}
interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEvent[];
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}
interface SpanExporter {
  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}
declare const exporterNames: readonly ["otlp", "sls", "cms2", "arms", "stdout", "none"];
type ExporterName = (typeof exporterNames)[number];
type ExporterOptions = OtlpOptions | SlsOptions | Cms2Options | ArmsOptions;
interface TransportOptions {
  readonly gzip?: boolean;
  readonly timeout?: number;
}
interface OtlpOptions extends TransportOptions {
  readonly type: "otlp";
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
interface SlsOptions extends TransportOptions {
  readonly type: "sls";
  readonly project?: string;
  readonly instance?: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
  };
  readonly tokenHeader?: string;
}
interface Cms2Options extends TransportOptions {
  readonly type: "cms2";
  readonly project?: string;
  readonly workspace?: string;
  readonly licenseKey?: string;
  readonly endpoint?: string;
}
interface ArmsOptions extends TransportOptions {
  readonly type: "arms";
  readonly endpoint?: string;
  readonly token?: string;
}
interface Instrumentation {
  readonly instrumentationName: string;
  setTracerProvider(provider: TracerProvider): void;
  enable(): void;
  disable(): void;
  getConfig(): object;
  setConfig(config: object): void;
}
interface TracingOptions {
  readonly exporter?: ExporterName | ExporterOptions | SpanExporter;
  readonly flush?: "end" | "background" | "lifecycle";
  readonly flushTimeout?: number;
  readonly mirrorStatus?: boolean;
  readonly keepFailures?: boolean;
  readonly sampler?: Sampler;
  readonly serviceName?: string;
  readonly resource?: Attributes;
  readonly instrumentations?: readonly Instrumentation[];
  readonly requestHeaders?: readonly string[];
  readonly responseHeaders?: readonly string[];
  readonly queryParameters?: readonly string[];
}
declare function tracing(options?: TracingOptions): Extension;
declare function spanOf(requestId: string): Span | undefined;
declare function traceIdOf(requestId: string): string;
export { type ArmsOptions, type Cms2Options, type ExporterName, type ExporterOptions, type Instrumentation, type OtlpOptions, type SlsOptions, type TracingOptions, type TransportOptions, spanOf, traceIdOf, tracing };
