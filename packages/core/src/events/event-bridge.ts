/**
 * An event in the CloudEvents 1.0 envelope that EventBridge delivers, around the `Data` of its source.
 *
 * A trigger for the events of a cloud product delivers one; the message queue triggers deliver an array.
 * With the push format RawData the envelope is left out and only the `Data` arrives.
 *
 * Optional properties are optional in CloudEvents or missing from some trigger's documented sample.
 */
export interface EventBridgeEvent<Data = unknown> {
  /** CloudEvents version, `1.0`. */
  specversion: string;
  /** Unique together with `source`; a repeated delivery keeps it. */
  id: string;
  /** For a cloud product `acs.<product>` or `acs:<product>`, for some queue triggers the trigger's own name. */
  source: string;
  /** Such as `oss:ObjectCreated:PutObject`. */
  type: string;
  /** The resource that the event is about. */
  subject?: string;
  /** When the event came about: ISO 8601, in UTC or with an offset. */
  time?: string;
  /** Media type of `data`; EventBridge supports only `application/json`. */
  datacontenttype?: string;
  dataschema?: string;
  data: Data;
  /** Account id. */
  aliyunaccountid?: string;
  /** Account id. */
  aliyunoriginalaccountid?: string;
  /** When EventBridge received the event. */
  aliyunpublishtime?: string;
  /** `default` for the events of cloud products. */
  aliyuneventbusname?: string;
  /** Region that received the event. */
  aliyunregionid?: string;
  /** Address of the server that received the event. */
  aliyunpublishaddr?: string;
}
