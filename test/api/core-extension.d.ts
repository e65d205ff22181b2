import { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
type Kind = "invoke" | "http-invoke" | "initialize" | "pre-freeze" | "pre-stop";
type FailureKind = "handled" | "unhandled";
type Outcome = {
  readonly status: "success";
} | {
  readonly status: "failure";
  readonly kind: FailureKind;
  readonly reason: unknown;
};
declare const variable: {
  readonly port: readonly ["FC_SERVER_PORT", "FC_CUSTOM_LISTEN_PORT"];
  readonly functionName: readonly ["FC_FUNCTION_NAME"];
  readonly functionHandler: readonly ["FC_FUNCTION_HANDLER"];
  readonly functionMemory: readonly ["FC_FUNCTION_MEMORY_SIZE"];
  readonly serviceName: readonly ["FC_SERVICE_NAME"];
  readonly qualifier: readonly ["FC_QUALIFIER"];
  readonly versionId: readonly ["FC_FUNCTION_VERSION", "FC_VER_ID"];
  readonly region: readonly ["FC_REGION"];
  readonly accountId: readonly ["FC_ACCOUNT_ID"];
  readonly instanceId: readonly ["FC_INSTANCE_ID"];
  readonly accessKeyId: readonly ["ALIBABA_CLOUD_ACCESS_KEY_ID"];
  readonly accessKeySecret: readonly ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
  readonly securityToken: readonly ["ALIBABA_CLOUD_SECURITY_TOKEN"];
};
type Environment = Readonly<Record<keyof typeof variable, string | undefined>>;
interface SentCredentials {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}
declare class Credentials {
  #private;
  readonly credentials: string;
  constructor(accessKeyId?: string, accessKeySecret?: string, securityToken?: string);
  get accessKeyId(): string | undefined;
  get accessKeySecret(): string | undefined;
  get securityToken(): string | undefined;
  toJSON(): string;
  toString(): string;
}
interface FunctionInfo {
  readonly name: string | undefined;
  readonly handler: string | undefined;
  readonly memory: number | undefined;
  readonly timeout: number | undefined;
  readonly initializer: string | undefined;
  readonly initializationTimeout: number | undefined;
  readonly preStopHandler: string | undefined;
  readonly preFreezeHandler: string | undefined;
}
interface ServiceInfo {
  readonly name: string | undefined;
  readonly logProject: string | undefined;
  readonly logStore: string | undefined;
  readonly qualifier: string | undefined;
  readonly versionId: string | undefined;
}
interface TracingInfo {
  readonly openTracingSpanContext: string | undefined;
  readonly openTracingSpanBaggages: string | undefined;
  readonly jaegerEndpoint: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly baggage: string | undefined;
}
interface ContextSource {
  readonly kind: Kind;
  readonly requestId: string;
  readonly openedAt: number;
  readonly due: number;
  readonly coldStart: boolean;
  readonly signal: AbortSignal;
  fail(reason: unknown): void;
}
declare class Context {
  #private;
  readonly requestId: string;
  readonly kind: Kind;
  readonly controlPath: string | undefined;
  readonly credentials: Credentials;
  readonly function: FunctionInfo;
  readonly service: ServiceInfo;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly instanceId: string | undefined;
  readonly tracing: TracingInfo;
  readonly coldStart: boolean;
  readonly retryCount: number;
  readonly deadline: number | undefined;
  constructor(source: ContextSource, headers: IncomingHttpHeaders, sent: SentCredentials, environment: Environment);
  get headers(): IncomingHttpHeaders;
  get signal(): AbortSignal;
  remainingTime(): number;
  fail(reason: unknown): void;
}
interface Invocation {
  readonly kind: Kind;
  readonly requestId: string;
  readonly context: Context;
  readonly openedAt: number;
  readonly outcome: Outcome;
  readonly ended: boolean;
  readonly request: IncomingMessage | undefined;
  readonly response: ServerResponse | undefined;
  fail(reason: unknown): void;
}
interface Extension {
  open?(invocation: Invocation): void;
  around?(invocation: Invocation, next: () => Promise<void>): Promise<void>;
  verdict?(invocation: Invocation): void;
  end?(invocation: Invocation): void | Promise<void>;
  stop?(): void | Promise<void>;
}
type ErrorCode = "FCRT_BODY_TOO_LARGE" | "FCRT_CLIENT_DISCONNECTED" | "FCRT_CONTROL_PATH_UNKNOWN" | "FCRT_DEADLINE_PASSED" | "FCRT_DRAIN_TIMED_OUT" | "FCRT_EVENT_NOT_JSON" | "FCRT_HANDLER_MISSING" | "FCRT_HANDLER_NOT_FOUND" | "FCRT_HANDLER_NOT_LOADED" | "FCRT_LISTEN_FAILED" | "FCRT_OPTION_INVALID" | "FCRT_OPTION_UNKNOWN" | "FCRT_PROCESS_EXITED" | "FCRT_RESPONSE_DESTROYED" | "FCRT_RESULT_NOT_JSON";
declare class FcrtError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions);
}
declare function currentInvocation(): Invocation | undefined;
declare const lineLimit: number;
declare const noRequestId = "-";
type Multiline = "prefix" | "indent" | "escape";
interface LineStyle {
  readonly multiline: Multiline;
  readonly timeSuffix: "" | "Z";
}
declare function formatLine(time: number, requestId: string, level: string, message: string, style?: LineStyle, tail?: string): string;
declare function timestampOf(time: number): string;
declare const now: () => number;
declare function extend(extension: Extension): void;
declare function settlesWithin(milliseconds: number, promise: PromiseLike<unknown>): Promise<boolean>;
declare class RunningSet<Item extends {
  place: number;
}> implements Iterable<Item> {
  #private;
  get size(): number;
  add(item: Item): void;
  delete(item: Item): void;
  [Symbol.iterator](): Iterator<Item>;
}
interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack: readonly string[];
}
declare function describeError(thrown: unknown): ErrorDescription;
declare function errorMessage(thrown: unknown): string;
declare function errorText(thrown: unknown): string;
declare function refuseUnknown(noun: string, given: object, allowed: readonly string[]): void;
declare function invalid(name: string, expectation: string, value: unknown): FcrtError;
declare function writeStdout(text: string): void;
declare function bufferStdout(text: string): void;
declare function flushStdout(): void;
declare function processState<State>(name: string, create: () => State): State;
type Syntax = "json" | "inspection";
declare function redactSecrets(text: string, ...syntaxes: readonly Syntax[]): string;
declare function handleProcessEvents(): void;
export { type Extension, type Invocation, type LineStyle, type Multiline, RunningSet, bufferStdout, currentInvocation, describeError, errorMessage, errorText, extend, flushStdout, formatLine, handleProcessEvents, invalid, lineLimit, noRequestId, now, processState, redactSecrets, refuseUnknown, settlesWithin, timestampOf, writeStdout };
