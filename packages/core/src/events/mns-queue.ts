import type { EventBridgeEvent } from "./event-bridge.ts";

/**
 * A batch of messages of an MNS (Simple Message Queue) queue, delivered through EventBridge.
 *
 * With the push format RawData it is `MnsQueueMessage[]`.
 * Samples for FC 2.0 show one unbatched `EventBridgeEvent<MnsQueueMessage>` that is not in an array.
 */
export type MnsQueueEvent = EventBridgeEvent<MnsQueueMessage>[];

/** One message of an MNS queue. */
export interface MnsQueueMessage {
  requestId: string;
  messageId: string;
  /** The message body: base64 while the trigger's `IsBase64Decode` is off, which official samples call the default, else text. */
  messageBody: string;
}
