import { validateHeaderName, validateHeaderValue } from "node:http";
import { invalid } from "@fcrt/core/extension";
import { variable } from "@fcrt/core/protocol";
import { parseKeyPairsIntoRecord } from "@opentelemetry/core";
import { environmentVariable } from "../options.ts";
import type { ArmsOptions, Cms2Options, OtlpOptions, SlsOptions } from "./exporter-options.ts";
import { ExportError } from "./exporter.ts";
import type { Origin } from "./exporter.ts";
import type { Target } from "./otlp.ts";

type TargetOf = (newest: Origin | undefined) => Target;

/** Any collector, by the standard variables. */
export function otlpTarget(options: OtlpOptions): TargetOf {
  const url = otlpUrl(options.url);
  const texts = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"].map((name) =>
    sendable(name, parseKeyPairsIntoRecord(environmentVariable(name))),
  );
  const given = sendable("exporter.headers", options.headers ?? {});
  const headers = Object.assign({}, ...texts, given);
  return () => ({ url, headers });
}

// At start: Node's own complaint quotes the name, and a colon where `=` belongs makes a part of the secret one.
function sendable(
  source: string,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return headers;
  } catch {
    throw invalid(source, "names and values that HTTP can send", "one that it cannot");
  }
}

function otlpUrl(given: string | undefined): URL {
  if (given) return urlOf("exporter.url", given);
  const whole = environmentVariable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  if (whole) return urlOf("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", whole);
  const base = environmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") ?? "http://localhost:4318";
  return below(urlOf("OTEL_EXPORTER_OTLP_ENDPOINT", base), "/v1/traces");
}

/** The trace service of SLS. Its endpoint takes the access key as plain headers. */
export function slsTarget(options: SlsOptions): TargetOf {
  const project = required("project", options.project, "SLS_OTEL_PROJECT");
  const instance = required("instance", options.instance, "SLS_OTEL_INSTANCE_ID");
  const endpoint = options.endpoint ?? environmentVariable("SLS_OTEL_TRACE_ENDPOINT");
  const url = slsUrl(endpoint ?? hostOf(project), "/opentelemetry/v1/traces");
  const tokenHeader = options.tokenHeader ?? "x-sls-otel-token";
  const own = options.credentials ?? ownCredentials();

  return (newest) => {
    const { accessKeyId, accessKeySecret, securityToken } = own ?? newest?.credentials ?? {};
    if (!accessKeyId || !accessKeySecret)
      throw new ExportError(
        `${url.host}: Expected credentials from the function's role, from \`credentials\` or from \`SLS_OTEL_ACCESS_KEY_ID\` and \`SLS_OTEL_ACCESS_KEY_SECRET\`, got none`,
        { keep: true },
      );
    const headers = {
      "x-sls-otel-project": project,
      "x-sls-otel-instance-id": instance,
      "x-sls-otel-ak-id": accessKeyId,
      "x-sls-otel-ak-secret": accessKeySecret,
      ...(securityToken && { [tokenHeader]: securityToken }),
    };
    return { url, headers };
  };
}

/** Cloud Monitor 2.0. */
export function cms2Target(options: Cms2Options): TargetOf {
  const project = required("project", options.project, "ARMS_PROJECT");
  const endpoint = options.endpoint ?? environmentVariable("ARMS_TRACE_ENDPOINT");
  const url = slsUrl(endpoint ?? hostOf(project), "/apm/trace/opentelemetry/v1/traces");
  const headers = {
    "x-arms-license-key": required("licenseKey", options.licenseKey, "ARMS_LICENSE_KEY"),
    "x-arms-project": project,
    "x-cms-workspace": required("workspace", options.workspace, "ARMS_WORKSPACE"),
  };
  return () => ({ url, headers });
}

/** Tracing Analysis. The token is in the path, so that URL is never printed. */
export function armsTarget(options: ArmsOptions): TargetOf {
  const endpoint = options.endpoint ?? environmentVariable("ARMS_TRACE_ENDPOINT");
  const token = options.token ?? environmentVariable("ARMS_TOKEN");
  const given = endpoint === undefined ? undefined : armsUrl(endpoint, token);
  const headers = {};
  return (newest) => {
    const url =
      given ?? (newest?.endpoint && URL.canParse(newest.endpoint) && new URL(newest.endpoint));
    if (url) return { url, headers };
    throw new ExportError(
      "Expected an endpoint from the function's tracing configuration, from `endpoint` or from `ARMS_TRACE_ENDPOINT`, got none",
      { keep: true },
    );
  };
}

function armsUrl(endpoint: string, token: string | undefined): URL {
  const url = urlOf("endpoint", endpoint.includes("://") ? endpoint : `http://${endpoint}`);
  if (url.pathname !== "/") return url;
  if (!token) throw invalid("token", "the token of the Tracing Analysis endpoint", token);
  return below(url, `/adapt_${token}/api/otlp/traces`);
}

// From inside a function the internal address is the near one, and free.
function hostOf(project: string): string {
  const region = environmentVariable(...variable.region);
  if (region) return `${project}.${region}-intranet.log.aliyuncs.com`;
  throw invalid("endpoint", "the address of the SLS project, as no region is known", undefined);
}

// A host is enough; the port of gRPC, which the official Go provider wants there, means the one of HTTPS.
function slsUrl(endpoint: string, path: string): URL {
  const isWhole = endpoint.includes("://");
  const url = urlOf("endpoint", isWhole ? endpoint : `https://${endpoint.replace(/:10010$/, "")}`);
  // The console shows the address up to some part of the path.
  return path.startsWith(url.pathname.replace(/\/$/, "")) ? new URL(path, url) : url;
}

function urlOf(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return url;
  // A URL can hold a token or a password.
  throw invalid(name, "a URL of `http` or `https`", url ? url.protocol : "a text that is none");
}

function below(url: URL, path: string): URL {
  return new URL(url.pathname.replace(/\/$/, "") + path, url);
}

function ownCredentials(): SlsOptions["credentials"] {
  const accessKeyId = environmentVariable("SLS_OTEL_ACCESS_KEY_ID");
  const accessKeySecret = environmentVariable("SLS_OTEL_ACCESS_KEY_SECRET");
  const securityToken = environmentVariable("SLS_OTEL_SECURITY_TOKEN");
  return accessKeyId && accessKeySecret
    ? { accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) }
    : undefined;
}

function required(option: string, value: string | undefined, name: string): string {
  const found = value ?? environmentVariable(name);
  if (found) return found;
  throw invalid(`exporter.${option}`, `a text, or \`${name}\` to be set`, value);
}
