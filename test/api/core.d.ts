import { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
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
type Json = ReturnType<typeof JSON.parse>;
declare class Event {
  readonly bytes: Buffer;
  constructor(bytes: Buffer);
  text(): string;
  json<Payload = Json>(): Payload;
}
interface Handlers {
  initialize?(context: Context): unknown;
  invoke?(event: Event, context: Context): unknown;
  http?(request: IncomingMessage, response: ServerResponse, context: Context): unknown;
  fetch?(request: Request, context: Context): Response | Promise<Response>;
  preFreeze?(context: Context): unknown;
  preStop?(context: Context): unknown;
}
interface Runtime {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}
declare function serve(handlers: Handlers, options?: ServeOptions): Promise<Runtime>;
declare function adopt(listener: RequestListener, options?: AdoptOptions): RequestListener;
interface ApiGatewayEvent {
  path: string;
  httpMethod: string;
  headers: Record<string, string>;
  queryParameters: Record<string, string>;
  pathParameters: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
}
interface ApiGatewayResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
}
interface CdnEvent {
  events: CdnRecord[];
}
type CdnRecord = CdnRecordOf<"LogFileCreated", CdnLogFile> | CdnRecordOf<"CachedObjectsRefreshed" | "CachedObjectsPushed", CdnCacheTask> | CdnRecordOf<"CachedObjectsBlocked", CdnBlockedObjects> | CdnRecordOf<"CdnDomainStarted" | "CdnDomainStopped", CdnDomainStatus> | CdnRecordOf<"CdnDomainAdded" | "CdnDomainDeleted", CdnDomain>;
interface CdnRecordOf<Name extends string, Parameter> {
  eventName: Name;
  eventSource: string;
  eventVersion: string;
  eventTime: string;
  region: string;
  traceId: string;
  resource: {
    domain: string;
  };
  eventParameter: Parameter;
  userIdentity: {
    aliUid: string;
  };
}
interface CdnLogFile {
  domain: string;
  filePath: string;
  fileSize: number;
  startTime: number;
  endTime: number;
}
interface CdnCacheTask {
  domain: string;
  objectPath: string[];
  objectType: "File" | "Directory";
  taskId: number;
  createTime: number;
  completeTime: number;
}
interface CdnBlockedObjects {
  domain: string;
  objectPath: string[];
}
interface CdnDomainStatus {
  domain: string;
  status: string;
}
interface CdnDomain {
  domain: string;
}
interface EventBridgeEvent<Data = unknown> {
  specversion: string;
  id: string;
  source: string;
  type: string;
  subject?: string;
  time?: string;
  datacontenttype?: string;
  dataschema?: string;
  data: Data;
  aliyunaccountid?: string;
  aliyunoriginalaccountid?: string;
  aliyunpublishtime?: string;
  aliyuneventbusname?: string;
  aliyunregionid?: string;
  aliyunpublishaddr?: string;
}
interface HttpTriggerEvent {
  version: string;
  rawPath: string;
  headers: Record<string, string>;
  queryParameters: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
  requestContext: HttpTriggerRequestContext;
}
interface HttpTriggerRequestContext {
  accountId: string;
  domainName: string;
  domainPrefix: string;
  requestId: string;
  triggerId?: string;
  time: string;
  timeEpoch: string;
  http: {
    method: string;
    path: string;
    protocol: string;
    sourceIp: string;
    userAgent: string;
  };
}
interface HttpTriggerResponse {
  statusCode: number;
  headers?: Record<string, string>;
  body: string | object;
  isBase64Encoded?: boolean;
}
type KafkaEvent<Value = string> = EventBridgeEvent<KafkaMessage<Value>>[];
interface KafkaMessage<Value = string> {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  headers: {headers: unknown[];
    isReadOnly: boolean;
  };
  key?: string;
  value: Value;
}
type MnsQueueEvent = EventBridgeEvent<MnsQueueMessage>[];
interface MnsQueueMessage {
  requestId: string;
  messageId: string;
  messageBody: string;
}
type MnsTopicEvent = MnsTopicJsonEvent | MnsTopicStreamEvent;
interface MnsTopicJsonEvent {
  TopicOwner: string;
  TopicName: string;
  Subscriber: string;
  SubscriptionName: string;
  MessageId: string;
  Message: string;
  MessageMD5: string;
  PublishTime: number;
  MessageTag?: string;
}
interface MnsTopicStreamEvent {
  body: string;
  attrs: Record<string, string>;
}
interface OssEvent {
  events: OssRecord[];
}
interface OssRecord {
  eventName: string;
  eventSource: string;
  eventTime: string;
  eventVersion: string;
  oss: {
    bucket: {arn: string;
      name: string;
      ownerIdentity: string;
      virtualBucket?: string;
    };
    object: OssObject;
    ossSchemaVersion: string;
    ruleId?: string;
  };
  region: string;
  requestParameters: {
    sourceIPAddress: string;
  };
  responseElements: {
    requestId: string;
  };
  userIdentity: {
    principalId: string;
  };
}
interface OssObject {
  key: string;
  size?: number;
  deltaSize?: number;
  eTag?: string;
  position?: number;
  readFrom?: number;
  readTo?: number;
  objectMeta?: OssObjectMeta;
}
interface OssObjectMeta {
  mimeType?: string;
  userMeta?: Record<string, string>;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  expires?: string;
  accessControlAllowOrigin?: string;
  persistentMeta?: Record<string, string>;
}
type RocketMqEvent = EventBridgeEvent<RocketMqMessage>[];
interface RocketMqMessage {
  topic: string;
  systemProperties: RocketMqSystemProperties;
  userProperties: Record<string, string>;
  body: string;
  msgId?: string;
}
interface RocketMqSystemProperties {
  MIN_OFFSET?: string;
  MAX_OFFSET?: string;
  TRACE_ON?: string;
  MSG_REGION?: string;
  KEYS?: string;
  TAGS?: string;
  UNIQ_KEY?: string;
  INSTANCE_ID?: string;
  CLUSTER?: string;
  CONSUME_START_TIME?: number | string;
  [name: string]: number | string | undefined;
}
interface SlsEvent<Parameter = unknown> {
  parameter: Parameter;
  source: {endpoint: string;
    projectName: string;
    logstoreName: string;
    shardId: number;
    beginCursor: string;
    endCursor: string;
  };
  jobName: string;
  taskId: string;
  cursorTime: number;
}
interface TablestoreEvent {
  Version: string;
  Records: TablestoreRecord[];
}
interface TablestoreRecord {
  Type: "PutRow" | "UpdateRow" | "DeleteRow";
  Info: {
    Timestamp: number;
  };
  PrimaryKey: {
    ColumnName: string;
    Value: TablestoreValue;
  }[];
  Columns: TablestoreColumn[];
}
interface TablestoreColumn {
  Type: "Put" | "DeleteOneVersion" | "DeleteAllVersions";
  ColumnName: string;
  Value?: TablestoreValue;
  Timestamp?: number;
}
type TablestoreValue = number | bigint | string | boolean | Uint8Array;
interface TimerEvent {
  triggerTime: string;
  triggerName: string;
  payload: string;
}
export { type AdoptOptions, type ApiGatewayEvent, type ApiGatewayResponse, type CdnBlockedObjects, type CdnCacheTask, type CdnDomain, type CdnDomainStatus, type CdnEvent, type CdnLogFile, type CdnRecord, type CdnRecordOf, type Context, type Credentials, type ErrorCode, type Event, type EventBridgeEvent, type Extension, type FailureKind, FcrtError, type FunctionInfo, type Handlers, type HttpTriggerEvent, type HttpTriggerRequestContext, type HttpTriggerResponse, type Invocation, type KafkaEvent, type KafkaMessage, type Kind, type MnsQueueEvent, type MnsQueueMessage, type MnsTopicEvent, type MnsTopicJsonEvent, type MnsTopicStreamEvent, type OssEvent, type OssObject, type OssObjectMeta, type OssRecord, type Outcome, type RocketMqEvent, type RocketMqMessage, type RocketMqSystemProperties, type Runtime, type ServeOptions, type ServiceInfo, type SlsEvent, type TablestoreColumn, type TablestoreEvent, type TablestoreRecord, type TablestoreValue, type TimerEvent, type TracingInfo, adopt, currentInvocation, serve };
