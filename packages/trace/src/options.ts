import { invalid, refuseUnknown } from "@fcrt/core/extension";
import { credentialHeaders } from "@fcrt/core/protocol";
import type { Attributes, TracerProvider } from "@opentelemetry/api";
import type { Sampler, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { exporterNames, presetNames } from "./exporters/exporter-options.ts";
import type { ExporterName, ExporterOptions } from "./exporters/exporter-options.ts";

/** An instrumentation of OpenTelemetry, of any version. */
export interface Instrumentation {
  readonly instrumentationName: string;
  setTracerProvider(provider: TracerProvider): void;
  enable(): void;
  disable(): void;
  getConfig(): object;
  setConfig(config: object): void;
}

/** How invocations are traced. */
export interface TracingOptions {
  /**
   * Where spans go: a preset by its name, a preset with options of its own, or any exporter of OpenTelemetry.
   * `stdout` writes each span as a line that holds its row of an SLS trace store.
   * @default "otlp", or `OTEL_TRACES_EXPORTER`
   */
  readonly exporter?: ExporterName | ExporterOptions | SpanExporter;
  /**
   * When spans are sent. `end`: each invocation waits for the export that holds its spans. `background`: none waits.
   * `lifecycle`: before a freeze and at the stop, or when 512 spans wait.
   * @default "end", or `FCRT_TRACE_FLUSH`
   */
  readonly flush?: "end" | "background" | "lifecycle";
  /**
   * How long an invocation waits for the export at most, in milliseconds; never over a tenth of the time it has left.
   * @default 500, or `FCRT_TRACE_FLUSH_TIMEOUT`
   */
  readonly flushTimeout?: number;
  /**
   * Whether the status ERROR on the root span makes the invocation fail.
   * @default true, or false when `FCRT_TRACE_MIRROR_STATUS` is `off`
   */
  readonly mirrorStatus?: boolean;
  /**
   * Whether the spans of a failed invocation are sent even when it is not sampled.
   * @default false, or true when `FCRT_TRACE_KEEP_FAILURES` is `on`
   */
  readonly keepFailures?: boolean;
  /**
   * Which invocations are traced.
   * @default `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`, else the caller's decision, else all
   */
  readonly sampler?: Sampler;
  /**
   * `service.name` of the resource.
   * @default `OTEL_SERVICE_NAME`, else `SLS_OTEL_SERVICE_NAME`, else the name of the function
   */
  readonly serviceName?: string;
  /**
   * More attributes of the resource, such as `service.version` and `deployment.environment.name`.
   * @default {}, or `OTEL_RESOURCE_ATTRIBUTES`
   */
  readonly resource?: Attributes;
  /**
   * Instrumentations to register. That of `node:http` leaves the requests of the platform to the root span.
   * @default []
   */
  readonly instrumentations?: readonly Instrumentation[];
  /**
   * Request headers whose values become attributes, in any case; those that carry credentials cannot.
   * @default []
   */
  readonly requestHeaders?: readonly string[];
  /**
   * Response headers whose values become attributes, in any case.
   * @default []
   */
  readonly responseHeaders?: readonly string[];
  /**
   * Query parameters that `url.query` keeps.
   * @default []
   */
  readonly queryParameters?: readonly string[];
}

/** What is read of a request and its answer beyond method, path and status. */
export type CaptureSettings = Required<
  Pick<TracingOptions, "requestHeaders" | "responseHeaders" | "queryParameters">
>;

/** Every option with its value. */
export type Settings = Required<Omit<TracingOptions, "sampler" | "serviceName">> & {
  readonly sampler: Sampler | undefined;
  readonly serviceName: string | undefined;
  readonly disabled: boolean;
};

/**
 * Reads options and environment, once.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function settingsOf(options: TracingOptions): Settings {
  refuseUnknown("option", options, Object.keys(rules));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = { ...defaultsOf(options), ...Object.fromEntries(given) };
  for (const [name, [expectation, holds]] of Object.entries(rules)) {
    const value: unknown = Reflect.get(settings, name);
    if (value !== undefined && !holds(value)) throw invalid(name, expectation, value);
  }
  const { requestHeaders, responseHeaders } = settings;
  return Object.freeze({
    ...settings,
    requestHeaders: requestHeaders.map((name) => name.toLowerCase()),
    responseHeaders: responseHeaders.map((name) => name.toLowerCase()),
  });
}

/** An environment variable, an empty one being an absent one. */
export function environmentVariable(...names: readonly string[]): string | undefined {
  return names.map((name) => process.env[name]).find(Boolean);
}

/** @throws FcrtError FCRT_OPTION_INVALID */
export function millisecondsIn(byDefault: number, ...names: readonly string[]): number {
  const name = names.find((candidate) => environmentVariable(candidate)) ?? "";
  const text = environmentVariable(name);
  if (text === undefined) return byDefault;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalid(name, milliseconds, text);
}

// A variable that an option overrules is not looked at, so it cannot be wrong.
function defaultsOf(given: TracingOptions): Settings {
  const exporter = environmentVariable("SLS_OTEL_TRACE_ENDPOINT") === "stdout" ? "stdout" : "otlp";
  return {
    exporter: given.exporter ?? choiceIn("OTEL_TRACES_EXPORTER", exporterNames, exporter),
    flush: given.flush ?? choiceIn("FCRT_TRACE_FLUSH", flushModes, "end"),
    flushTimeout: given.flushTimeout ?? millisecondsIn(500, "FCRT_TRACE_FLUSH_TIMEOUT"),
    mirrorStatus: given.mirrorStatus ?? switchIn("FCRT_TRACE_MIRROR_STATUS", true),
    keepFailures: given.keepFailures ?? switchIn("FCRT_TRACE_KEEP_FAILURES", false),
    sampler: undefined,
    serviceName: environmentVariable("OTEL_SERVICE_NAME", "SLS_OTEL_SERVICE_NAME"),
    resource: {},
    instrumentations: [],
    requestHeaders: [],
    responseHeaders: [],
    queryParameters: [],
    disabled: environmentVariable("OTEL_SDK_DISABLED")?.toLowerCase() === "true",
  };
}

const flushModes = ["end", "background", "lifecycle"] as const;

function choiceIn<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  byDefault: Choice,
): Choice {
  const text = environmentVariable(name);
  if (text === undefined) return byDefault;
  const choice = choices.find((candidate) => candidate === text.toLowerCase());
  if (choice !== undefined) return choice;
  throw invalid(name, `one of ${listed(choices)}`, text);
}

function switchIn(name: string, byDefault: boolean): boolean {
  const text = environmentVariable(name);
  if (text === undefined) return byDefault;
  if (/^(on|true|1)$/i.test(text)) return true;
  if (/^(off|false|0)$/i.test(text)) return false;
  throw invalid(name, "`on` or `off`", text);
}

/** What an option must be, in words and as a check. */
export type Rule = readonly [expectation: string, holds: (value: unknown) => boolean];

const milliseconds = "an integer of milliseconds, 0 or more";

const rules: { readonly [Name in keyof TracingOptions]-?: Rule } = {
  exporter: [
    `one of ${listed(exporterNames)}, a preset with options, or a span exporter`,
    isExporter,
  ],
  flush: [`one of ${listed(flushModes)}`, (value) => flushModes.some((mode) => mode === value)],
  flushTimeout: [milliseconds, (value) => Number.isSafeInteger(value) && Number(value) >= 0],
  mirrorStatus: ["a boolean", isBoolean],
  keepFailures: ["a boolean", isBoolean],
  sampler: ["a sampler", (value) => hasMethod(value, "shouldSample")],
  serviceName: ["a text", (value) => typeof value === "string" && value !== ""],
  resource: ["an object of attributes", (value) => typeof value === "object" && value !== null],
  instrumentations: [
    "an array of instrumentations",
    (value) => isArrayOf(value, (item) => hasMethod(item, "setTracerProvider")),
  ],
  requestHeaders: ["an array of header names that carry no credentials", isHarmless],
  responseHeaders: ["an array of header names that carry no credentials", isHarmless],
  queryParameters: ["an array of names", (value) => isArrayOf(value, isText)],
};

function isExporter(value: unknown): boolean {
  if (typeof value === "string") return exporterNames.some((name) => name === value);
  if (typeof value !== "object" || value === null) return false;
  return "type" in value
    ? presetNames.some((name) => name === value.type)
    : hasMethod(value, "export");
}

const secretHeaders = new Set([
  ...credentialHeaders,
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
]);

function isHarmless(value: unknown): boolean {
  return isArrayOf(value, (name) => isText(name) && !secretHeaders.has(name.toLowerCase()));
}

function isArrayOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

function hasMethod(value: unknown, name: string): boolean {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function"
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
