export { serve } from "./server/serve.ts";
export type { Runtime } from "./server/serve.ts";
export { adopt } from "./server/adopt.ts";
export type { Handlers } from "./server/handlers.ts";
export type { Event } from "./server/event.ts";
export type { AdoptOptions, ServeOptions } from "./options.ts";

export { currentInvocation } from "./invocation/scope.ts";
export type { Extension, Invocation } from "./invocation/extension.ts";
export type { Context, FunctionInfo, ServiceInfo, TracingInfo } from "./invocation/context.ts";
export type { Credentials } from "./invocation/credentials.ts";
export type { Kind } from "./protocol/kinds.ts";
export type { FailureKind, Outcome } from "./protocol/outcome.ts";

export { FcrtError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";

export type { ApiGatewayEvent, ApiGatewayResponse } from "./events/api-gateway.ts";
export type {
  CdnBlockedObjects,
  CdnCacheTask,
  CdnDomain,
  CdnDomainStatus,
  CdnEvent,
  CdnLogFile,
  CdnRecord,
  CdnRecordOf,
} from "./events/cdn.ts";
export type { EventBridgeEvent } from "./events/event-bridge.ts";
export type {
  HttpTriggerEvent,
  HttpTriggerRequestContext,
  HttpTriggerResponse,
} from "./events/http-trigger.ts";
export type { KafkaEvent, KafkaMessage } from "./events/kafka.ts";
export type { MnsQueueEvent, MnsQueueMessage } from "./events/mns-queue.ts";
export type { MnsTopicEvent, MnsTopicJsonEvent, MnsTopicStreamEvent } from "./events/mns-topic.ts";
export type { OssEvent, OssObject, OssObjectMeta, OssRecord } from "./events/oss.ts";
export type {
  RocketMqEvent,
  RocketMqMessage,
  RocketMqSystemProperties,
} from "./events/rocket-mq.ts";
export type { SlsEvent } from "./events/sls.ts";
export type {
  TablestoreColumn,
  TablestoreEvent,
  TablestoreRecord,
  TablestoreValue,
} from "./events/tablestore.ts";
export type { TimerEvent } from "./events/timer.ts";
