import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import type { Sampler } from "@opentelemetry/sdk-trace-base";
import { warn } from "./complaints.ts";
import { environmentVariable } from "./options.ts";

/** Lets spans that are not sampled record all the same: whether they are exported is decided later. */
export function recording(sampler: Sampler): Sampler {
  return {
    shouldSample(...span) {
      const result = sampler.shouldSample(...span);
      return result.decision === SamplingDecision.NOT_RECORD
        ? { ...result, decision: SamplingDecision.RECORD }
        : result;
    },
    toString: () => sampler.toString(),
  };
}

/** The sampler of `OTEL_TRACES_SAMPLER`. As its specification wants, a wrong value is told and means the default. */
export function samplerOf(): Sampler {
  const name = environmentVariable("OTEL_TRACES_SAMPLER")?.toLowerCase() ?? byDefault;
  const root = roots.get(name.replace(/^parentbased_/, ""));
  if (!root) {
    const names = [...roots.keys()].flatMap((known) => [known, `parentbased_${known}`]);
    warn(`Expected \`OTEL_TRACES_SAMPLER\` to be one of ${names.join(", ")}, got \`${name}\``);
    return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
  return name.startsWith("parentbased_") ? new ParentBasedSampler({ root: root() }) : root();
}

const byDefault = "parentbased_always_on";

const roots = new Map<string, () => Sampler>([
  ["always_on", () => new AlwaysOnSampler()],
  ["always_off", () => new AlwaysOffSampler()],
  ["traceidratio", () => new TraceIdRatioBasedSampler(ratio())],
]);

function ratio(): number {
  const text = environmentVariable("OTEL_TRACES_SAMPLER_ARG");
  if (text === undefined) return 1;
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  warn(`Expected \`OTEL_TRACES_SAMPLER_ARG\` to be a number from 0 to 1, got \`${text}\``);
  return 1;
}
