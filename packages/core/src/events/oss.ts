/**
 * Object changes in a bucket, delivered by a native OSS trigger; the same on FC 2.0 and FC 3.0.
 *
 * An OSS trigger of the EventBridge kind delivers one `EventBridgeEvent<OssRecord>` instead,
 * or one bare `OssRecord` when its push format is RawData.
 */
export interface OssEvent {
  events: OssRecord[];
}

/**
 * One object operation in OSS.
 *
 * @example
 * // The trigger is configured with `oss:ObjectCreated:PutObject`; the record has no `oss:` prefix.
 * if (record.eventName === "ObjectCreated:PutObject") await resize(record.oss.object.key);
 */
export interface OssRecord {
  /** Group and operation, such as `ObjectCreated:PutObject` or `ObjectRemoved:DeleteObject`. */
  eventName: string;
  /** Always `acs:oss`. */
  eventSource: string;
  /** ISO 8601 in UTC, to the millisecond. */
  eventTime: string;
  eventVersion: string;
  oss: {
    bucket: {
      /** `acs:oss:<region>:<account id>:<bucket>`. */
      arn: string;
      name: string;
      /** Account id of the bucket's owner. */
      ownerIdentity: string;
      /** Present, and empty, in older samples only. */
      virtualBucket?: string;
    };
    object: OssObject;
    ossSchemaVersion: string;
    /** The notification rule that matched; absent when the record came through EventBridge. */
    ruleId?: string;
  };
  /** Region of the bucket, without the `oss-` prefix that OSS clients want. */
  region: string;
  requestParameters: { sourceIPAddress: string };
  /** `requestId` is OSS's own id for the operation, not the id of this invocation. */
  responseElements: { requestId: string };
  /** `principalId` is the account id of whoever made the request to OSS. */
  userIdentity: { principalId: string };
}

/** The object that an OSS record is about; every published sample is an upload, so only `key` is certain for removals. */
export interface OssObject {
  key: string;
  /** Bytes. */
  size?: number;
  /** Bytes gained: the size of a new object, new minus old for an overwritten one. */
  deltaSize?: number;
  eTag?: string;
  /** Declared by Alibaba's Java event library; not described in FC's documentation. */
  position?: number;
  /** Declared by Alibaba's Java event library; not described in FC's documentation. */
  readFrom?: number;
  /** Declared by Alibaba's Java event library; not described in FC's documentation. */
  readTo?: number;
  objectMeta?: OssObjectMeta;
}

/** Metadata of an uploaded object; FC documents `mimeType` and `userMeta`, Alibaba's Java event library declares the rest. */
export interface OssObjectMeta {
  mimeType?: string;
  /** User-defined metadata; every name starts with `x-oss-meta-`. */
  userMeta?: Record<string, string>;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  expires?: string;
  accessControlAllowOrigin?: string;
  persistentMeta?: Record<string, string>;
}
