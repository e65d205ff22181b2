import { refuseUnknown } from "@fcrt/core/extension";
import { environmentVariable, millisecondsIn } from "../options.ts";
import type { Settings } from "../options.ts";
import type { ExporterOptions } from "./exporter-options.ts";
import type { Exporter } from "./exporter.ts";
import type { Origin } from "./exporter.ts";
import { otlpExporter } from "./otlp.ts";
import type { Target } from "./otlp.ts";
import { armsTarget, cms2Target, otlpTarget, slsTarget } from "./presets.ts";
import { wrappedExporter } from "./span-exporter.ts";
import { stdoutExporter } from "./stdout.ts";

/**
 * The exporter that the options ask for.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function createExporter({ exporter }: Settings): Exporter {
  if (exporter === "none") return nowhere;
  if (exporter === "stdout") return stdoutExporter;
  if (typeof exporter === "string") return presetExporter({ type: exporter });
  return "type" in exporter ? presetExporter(exporter) : wrappedExporter(exporter, timeoutIn());
}

const nowhere: Exporter = { export: async () => {} };

function presetExporter(options: ExporterOptions): Exporter {
  refuseUnknown("option of `exporter`", options, optionNames[options.type]);
  return otlpExporter(targetOf(options), {
    gzip: options.gzip ?? otlpVariable("COMPRESSION")?.toLowerCase() === "gzip",
    timeout: options.timeout ?? timeoutIn(),
    tls: {
      certificate: otlpVariable("CERTIFICATE"),
      clientKey: otlpVariable("CLIENT_KEY"),
      clientCertificate: otlpVariable("CLIENT_CERTIFICATE"),
    },
  });
}

function targetOf(options: ExporterOptions): (newest: Origin | undefined) => Target {
  switch (options.type) {
    case "otlp":
      return otlpTarget(options);
    case "sls":
      return slsTarget(options);
    case "cms2":
      return cms2Target(options);
    case "arms":
      return armsTarget(options);
  }
}

const common = ["type", "gzip", "timeout"];

const optionNames: Readonly<Record<ExporterOptions["type"], readonly string[]>> = {
  otlp: [...common, "url", "headers"],
  sls: [...common, "project", "instance", "endpoint", "credentials", "tokenHeader"],
  cms2: [...common, "project", "workspace", "licenseKey", "endpoint"],
  arms: [...common, "endpoint", "token"],
};

function timeoutIn(): number {
  return millisecondsIn(10_000, ...otlpVariables("TIMEOUT"));
}

// What is set for traces goes before what is set for all signals.
function otlpVariable(name: string): string | undefined {
  return environmentVariable(...otlpVariables(name));
}

function otlpVariables(name: string): string[] {
  return [`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
}
