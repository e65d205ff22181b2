import type { EventBridgeEvent } from "./event-bridge.ts";

/**
 * A batch of messages of an ApsaraMQ for RocketMQ topic, delivered through EventBridge.
 *
 * With the push format RawData, and from the trigger for a self-managed Apache RocketMQ, it is `RocketMqMessage[]`.
 * FC 2.0 could also deliver one `EventBridgeEvent<RocketMqMessage>` that is not in an array.
 */
export type RocketMqEvent = EventBridgeEvent<RocketMqMessage>[];

/** One RocketMQ message. */
export interface RocketMqMessage {
  topic: string;
  systemProperties: RocketMqSystemProperties;
  userProperties: Record<string, string>;
  body: string;
  /** Documented only for a self-managed Apache RocketMQ. */
  msgId?: string;
}

/** The properties that RocketMQ itself puts on a message; the values are text, also where they stand for a number or a boolean. */
export interface RocketMqSystemProperties {
  MIN_OFFSET?: string;
  MAX_OFFSET?: string;
  TRACE_ON?: string;
  MSG_REGION?: string;
  KEYS?: string;
  TAGS?: string;
  /** Unique key of the message. */
  UNIQ_KEY?: string;
  INSTANCE_ID?: string;
  /** Documented only for a self-managed Apache RocketMQ. */
  CLUSTER?: string;
  /** Unix time in milliseconds: a number in FC's samples, text in the types of the Go SDK. */
  CONSUME_START_TIME?: number | string;
  [name: string]: number | string | undefined;
}
