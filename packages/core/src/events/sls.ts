/**
 * New data in a shard of a Logstore, delivered by a Log Service (SLS) trigger; the same on FC 2.0 and FC 3.0.
 *
 * The log lines are not in the event: it names the range to pull with an SLS client.
 * `Parameter` is what the trigger's invocation parameter parses to.
 */
export interface SlsEvent<Parameter = unknown> {
  /** The invocation parameter of the trigger's configuration; `{}` in every published sample without one. */
  parameter: Parameter;
  source: {
    /** URL of the region's SLS endpoint, scheme included, as a rule its intranet address. */
    endpoint: string;
    projectName: string;
    logstoreName: string;
    shardId: number;
    /** Where to start pulling: an opaque base64 cursor, passed to SLS as it is. */
    beginCursor: string;
    /** Where to stop pulling: an opaque base64 cursor, passed to SLS as it is. */
    endCursor: string;
  };
  /** The SLS ETL job that stands for this trigger. */
  jobName: string;
  /** Identifies this call within the job. */
  taskId: string;
  /** When the last log of the range reached SLS: Unix time in seconds. */
  cursorTime: number;
}
