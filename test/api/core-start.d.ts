import { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
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
interface AdoptOptions {
  readonly markers?: boolean;
  readonly runtimeName?: string;
  readonly extensions?: readonly Extension[];
  readonly httpErrorStatus?: number;
  readonly failOn?: (statusCode: number) => boolean;
  readonly exposeErrors?: boolean;
  readonly keepCredentialHeaders?: boolean;
  readonly drainTimeout?: number;
  readonly afterRejection?: "stay" | "exit";
}
interface ServeOptions extends AdoptOptions {
  readonly port?: number;
  readonly host?: string;
  readonly bodyLimit?: number;
}
interface Runtime {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}
interface StartOptions extends ServeOptions {
  readonly handler: string;
  readonly initializer?: string;
  readonly preStop?: string;
  readonly preFreeze?: string;
  readonly root?: string;
  readonly form?: "event" | "http";
}
declare function start(options: StartOptions): Promise<Runtime>;
declare const levels: readonly ["error", "warn", "info", "verbose", "debug", "silly"];
type LogLevel = (typeof levels)[number];
type Print = (...values: readonly unknown[]) => void;
interface FunctionLogger extends Readonly<Record<LogLevel, Print>> {
  log(...values: readonly unknown[]): void;
  setLogLevel(level: string): void;
}
interface FunctionContext {
  readonly requestId: string;
  readonly credentials: Credentials;
  readonly function: FunctionInfo;
  readonly service: ServiceInfo;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly logger: FunctionLogger;
  readonly retryCount: number;
  readonly tracing: FunctionTracing;
}
interface FunctionTracing extends Pick<TracingInfo, "openTracingSpanContext" | "jaegerEndpoint"> {
  readonly openTracingSpanBaggages: object;
}
export { type FunctionContext, type FunctionLogger, type FunctionTracing, type LogLevel, type Runtime, type StartOptions, start };
