export { tracing } from "./tracing.ts";
export { spanOf, traceIdOf } from "./invocation-trace.ts";
export type { Instrumentation, TracingOptions } from "./options.ts";
export type {
  ArmsOptions,
  Cms2Options,
  ExporterName,
  ExporterOptions,
  OtlpOptions,
  SlsOptions,
  TransportOptions,
} from "./exporters/exporter-options.ts";
