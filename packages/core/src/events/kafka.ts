import type { EventBridgeEvent } from "./event-bridge.ts";

/**
 * A batch of records of an ApsaraMQ for Kafka topic, delivered through EventBridge.
 *
 * With the push format RawData it is `KafkaMessage[]`.
 * `Value` is `string` unless the trigger's data format is Json.
 *
 * Deliveries logged on FC 2.0 in 2022 carried each element as JSON text instead of an object:
 * if yours does, parse the elements that are strings.
 */
export type KafkaEvent<Value = string> = EventBridgeEvent<KafkaMessage<Value>>[];

/** One Kafka record. */
export interface KafkaMessage<Value = string> {
  topic: string;
  partition: number;
  offset: number;
  /** Unix time in milliseconds. */
  timestamp: number;
  headers: {
    /** The record's headers; no source shows what an element looks like. */
    headers: unknown[];
    /** Reserved, without meaning. */
    isReadOnly: boolean;
  };
  /** Absent from samples of records without a key. */
  key?: string;
  /** By the trigger's data format: the parsed value for Json, the text for Text, base64 for Binary. */
  value: Value;
}
