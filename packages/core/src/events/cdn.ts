/** What happened on an accelerated domain, delivered by a CDN trigger; the same on FC 2.0 and FC 3.0. */
export interface CdnEvent {
  events: CdnRecord[];
}

/**
 * One CDN event; `eventName` tells which `eventParameter` it carries.
 *
 * @example
 * if (record.eventName === "LogFileCreated") await store(record.eventParameter.filePath);
 */
export type CdnRecord =
  | CdnRecordOf<"LogFileCreated", CdnLogFile>
  | CdnRecordOf<"CachedObjectsRefreshed" | "CachedObjectsPushed", CdnCacheTask>
  | CdnRecordOf<"CachedObjectsBlocked", CdnBlockedObjects>
  | CdnRecordOf<"CdnDomainStarted" | "CdnDomainStopped", CdnDomainStatus>
  | CdnRecordOf<"CdnDomainAdded" | "CdnDomainDeleted", CdnDomain>;

/** What every CDN record has, around the `eventParameter` of its kind. */
export interface CdnRecordOf<Name extends string, Parameter> {
  eventName: Name;
  /** Always `cdn`. */
  eventSource: string;
  eventVersion: string;
  /** ISO 8601 with an offset. */
  eventTime: string;
  region: string;
  /** CDN's own id, for its support; not a trace id of yours. */
  traceId: string;
  resource: { domain: string };
  eventParameter: Parameter;
  /** `aliUid` is the account id. */
  userIdentity: { aliUid: string };
}

/** An offline log file that is ready. */
export interface CdnLogFile {
  domain: string;
  /** Signed URL of the file: whoever has it can read the log, so keep it out of yours. */
  filePath: string;
  /** The sources state no unit. */
  fileSize: number;
  /** Begin of the period that the file covers: Unix time in seconds. */
  startTime: number;
  /** End of the period that the file covers: Unix time in seconds. */
  endTime: number;
}

/** A finished refresh or prefetch of cached objects. */
export interface CdnCacheTask {
  domain: string;
  objectPath: string[];
  objectType: "File" | "Directory";
  taskId: number;
  /** Unix time in seconds. */
  createTime: number;
  /** Unix time in seconds. */
  completeTime: number;
}

/** Objects that were blocked; official sample code reads these two properties, and no source shows a whole payload. */
export interface CdnBlockedObjects {
  domain: string;
  objectPath: string[];
}

/** A domain that was enabled or disabled. */
export interface CdnDomainStatus {
  domain: string;
  /** Such as `online`. */
  status: string;
}

/** A domain that was added or deleted. */
export interface CdnDomain {
  domain: string;
}
