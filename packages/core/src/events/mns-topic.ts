/**
 * One message of an MNS (Simple Message Queue) topic, in whichever of the trigger's two event formats yields JSON.
 *
 * The trigger's `notifyContentFormat` is `JSON` or `STREAM`, and `STREAM` is the default.
 * A `STREAM` message without attributes is the bare message text, what MNS itself calls SIMPLIFIED:
 * it is not JSON and has no type here, so read that event as text.
 *
 * @example
 * const message = event.json<MnsTopicEvent>();
 * const body = "body" in message ? message.body : message.Message;
 */
export type MnsTopicEvent = MnsTopicJsonEvent | MnsTopicStreamEvent;

/**
 * An MNS topic message in the `JSON` event format.
 *
 * Message attributes appear as further properties beside these, under the names that the publisher chose.
 *
 * @example
 * const { tenant } = event.json<MnsTopicJsonEvent & { tenant: string }>();
 */
export interface MnsTopicJsonEvent {
  /** Account id of the topic's owner. */
  TopicOwner: string;
  TopicName: string;
  /** Account id of the subscriber. */
  Subscriber: string;
  SubscriptionName: string;
  MessageId: string;
  /** The message body as it was published. */
  Message: string;
  /** MD5 of the message body, in upper-case hexadecimal. */
  MessageMD5: string;
  /** Unix time in milliseconds. */
  PublishTime: number;
  /** In MNS's own description of the format; in no sample of FC's. */
  MessageTag?: string;
}

/** An MNS topic message with attributes in the `STREAM` event format. */
export interface MnsTopicStreamEvent {
  /** The message body as it was published. */
  body: string;
  /** The message attributes; the only published sample holds JSON text in one of them. */
  attrs: Record<string, string>;
}
