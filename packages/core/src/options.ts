import type { Extension } from "./invocation/extension.ts";
import { invalid, refuseUnknown } from "./option-errors.ts";
import { defaultPort, logLevelVariable, variable } from "./protocol/environment.ts";
import type { Environment } from "./protocol/environment.ts";

/** How existing and new applications are made to follow the contract. */
export interface AdoptOptions {
  /**
   * Whether Start and End markers are written. Turn them off for a runtime that prints its own.
   * @default true, or false when `FCRT_MARKERS` is `off`
   */
  readonly markers?: boolean;
  /**
   * The name in the line that flags a cold start. Not a language that the platform offers itself.
   * @default "fcrt", or `FCRT_RUNTIME_NAME`
   */
  readonly runtimeName?: string;
  /**
   * What runs at the four moments of each invocation, the first one outermost.
   * @default []
   */
  readonly extensions?: readonly Extension[];
  /**
   * The StatusCode of an HTTP invocation whose handler threw before it answered, from 400 to 599.
   * @default 404
   */
  readonly httpErrorStatus?: number;
  /**
   * Which status codes of an HTTP response that the application made itself count as a failure.
   * @default (statusCode) => statusCode >= 500
   */
  readonly failOn?: (statusCode: number) => boolean;
  /**
   * Whether the body of a failed HTTP invocation tells the client message and stack of the error.
   * @default false
   */
  readonly exposeErrors?: boolean;
  /**
   * Whether the three credential headers stay on the request, for an application that reads them itself.
   * @default false, or true when `FCRT_KEEP_CREDENTIAL_HEADERS` is `on`
   */
  readonly keepCredentialHeaders?: boolean;
  /**
   * How long a stop waits for running invocations, in milliseconds.
   * @default 10000
   */
  readonly drainTimeout?: number;
  /**
   * What an unhandled rejection that belongs to an invocation does after that one has failed.
   * @default "stay"
   */
  readonly afterRejection?: "stay" | "exit";
}

/** How a runtime is served. */
export interface ServeOptions extends AdoptOptions {
  /**
   * The port to listen on; 0 takes a free one.
   * @default `FC_SERVER_PORT`, else `FC_CUSTOM_LISTEN_PORT`, else 9000
   */
  readonly port?: number;
  /**
   * The address to listen on. The platform cannot reach a loopback address.
   * @default "0.0.0.0"
   */
  readonly host?: string;
  /**
   * The largest event body in bytes.
   * @default 33554432 (32 MiB, the platform's own limit)
   */
  readonly bodyLimit?: number;
}

/** Every option with its value, and the environment as it was at start. */
export type Settings = Required<ServeOptions> & { readonly environment: Environment };

/**
 * Reads options and environment, once.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function settingsOf(
  options: ServeOptions,
  allowed: readonly (keyof ServeOptions)[],
): Settings {
  refuseUnknown("option", options, allowed);
  const environment = readEnvironment();
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = {
    ...defaultsOf(environment, options),
    ...Object.fromEntries(given),
    environment,
  };
  for (const name of allowed) validate(name, settings[name]);
  return Object.freeze(settings);
}

/** The options that `adopt` takes. */
export const adoptOptionNames: readonly (keyof AdoptOptions)[] = [
  "markers",
  "runtimeName",
  "extensions",
  "httpErrorStatus",
  "failOn",
  "exposeErrors",
  "keepCredentialHeaders",
  "drainTimeout",
  "afterRejection",
];

/** The options that `serve` takes. */
export const serveOptionNames: readonly (keyof ServeOptions)[] = [
  ...adoptOptionNames,
  "port",
  "host",
  "bodyLimit",
];

/** How loud a line of a built-in runtime's function must be to be printed, as the environment says it. */
export function readLogLevel(): string | undefined {
  return process.env[logLevelVariable] || undefined;
}

// A variable that an option overrules is not read, so it cannot be wrong.
function defaultsOf(environment: Environment, given: ServeOptions): Required<ServeOptions> {
  return {
    port: given.port ?? portOf(environment.port),
    host: "0.0.0.0",
    bodyLimit: 32 * 1024 * 1024,
    markers: given.markers ?? switchOf("FCRT_MARKERS", true),
    runtimeName: process.env["FCRT_RUNTIME_NAME"] || "fcrt",
    extensions: [],
    httpErrorStatus: 404,
    failOn: (statusCode) => statusCode >= 500,
    exposeErrors: false,
    keepCredentialHeaders:
      given.keepCredentialHeaders ?? switchOf("FCRT_KEEP_CREDENTIAL_HEADERS", false),
    drainTimeout: 10_000,
    afterRejection: "stay",
  };
}

function readEnvironment(): Environment {
  return Object.freeze({
    port: firstSet(variable.port),
    functionName: firstSet(variable.functionName),
    functionHandler: firstSet(variable.functionHandler),
    functionMemory: firstSet(variable.functionMemory),
    serviceName: firstSet(variable.serviceName),
    qualifier: firstSet(variable.qualifier),
    versionId: firstSet(variable.versionId),
    region: firstSet(variable.region),
    accountId: firstSet(variable.accountId),
    instanceId: firstSet(variable.instanceId),
    accessKeyId: firstSet(variable.accessKeyId),
    accessKeySecret: firstSet(variable.accessKeySecret),
    securityToken: firstSet(variable.securityToken),
  });
}

function firstSet(names: readonly string[]): string | undefined {
  return names.map((name) => process.env[name]).find(Boolean);
}

function portOf(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (isPort(port)) return port;
  const name = variable.port.find((candidate) => process.env[candidate]);
  throw invalid(name ?? "port", "an integer from 0 to 65535", text);
}

function switchOf(name: string, byDefault: boolean): boolean {
  const text = process.env[name];
  if (!text) return byDefault;
  if (/^(on|true|1)$/i.test(text)) return true;
  if (/^(off|false|0)$/i.test(text)) return false;
  throw invalid(name, "`on` or `off`", text);
}

type Rule = readonly [expectation: string, holds: (value: unknown) => boolean];

const rules: { readonly [Name in keyof ServeOptions]-?: Rule } = {
  port: ["an integer from 0 to 65535", isPort],
  host: ["a host name or address", (value) => typeof value === "string" && value !== ""],
  bodyLimit: ["an integer of bytes, 0 or more", isCount],
  markers: ["a boolean", isBoolean],
  runtimeName: ["a name of 1 to 64 visible characters", isName],
  extensions: ["an array of extensions", isExtensions],
  httpErrorStatus: [
    "an integer from 400 to 599",
    (value) => isCount(value) && value >= 400 && value <= 599,
  ],
  failOn: ["a function of the status code", (value) => typeof value === "function"],
  exposeErrors: ["a boolean", isBoolean],
  keepCredentialHeaders: ["a boolean", isBoolean],
  drainTimeout: [
    "an integer of milliseconds from 0 to 2147483647",
    (value) => isCount(value) && value < 2 ** 31,
  ],
  afterRejection: ['`"stay"` or `"exit"`', (value) => value === "stay" || value === "exit"],
};

function validate(name: keyof ServeOptions, value: unknown): void {
  const [expectation, holds] = rules[name];
  if (!holds(value)) throw invalid(name, expectation, value);
}

function isPort(value: unknown): boolean {
  return isCount(value) && value <= 65_535;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isName(value: unknown): boolean {
  return typeof value === "string" && /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(value);
}

function isExtensions(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((extension) => typeof extension === "object" && extension !== null)
  );
}
