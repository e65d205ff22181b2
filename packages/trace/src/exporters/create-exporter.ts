import { invalid, refuseUnknown } from "@fcrt/core/extension";
import { environmentVariable, millisecondsIn } from "../options.ts";
import type { Rule, Settings } from "../options.ts";
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

const nowhere: Exporter = { write() {} };

function presetExporter(options: ExporterOptions): Exporter {
  checkOptions(options);
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

function checkOptions(options: ExporterOptions): void {
  const { type, ...given } = options;
  refuseUnknown("option of `exporter`", given, [...optionNames[type], "gzip", "timeout"]);
  for (const [name, value] of Object.entries(given)) {
    const [expectation, holds] = rules[name] ?? aText;
    if (value !== undefined && !holds(value))
      throw invalid(`exporter.${name}`, expectation, secrets.has(name) ? typeof value : value);
  }
}

const optionNames: Readonly<Record<ExporterOptions["type"], readonly string[]>> = {
  otlp: ["url", "headers"],
  sls: ["project", "instance", "endpoint", "credentials", "tokenHeader"],
  cms2: ["project", "workspace", "licenseKey", "endpoint"],
  arms: ["endpoint", "token"],
};

const secrets = new Set(["headers", "credentials", "licenseKey", "token", "endpoint", "url"]);

const aText: Rule = ["a text", isText];

const rules: Readonly<Record<string, Rule>> = {
  gzip: ["a boolean", (value) => typeof value === "boolean"],
  timeout: [
    "an integer of milliseconds from 1 to 2147483647",
    (value) => Number.isSafeInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31,
  ],
  headers: ["an object of texts", (value) => isRecord(value) && Object.values(value).every(isText)],
  credentials: [
    "an object with the texts `accessKeyId` and `accessKeySecret`, and optionally `securityToken`",
    (value) => isRecord(value) && isText(value["accessKeyId"]) && isText(value["accessKeySecret"]),
  ],
};

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

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
