/** The presets. */
export const presetNames = ["otlp", "sls", "cms2", "arms"] as const;

/** What `exporter` may name. */
export const exporterNames = ["otlp", "sls", "cms2", "arms", "stdout", "none"] as const;

/** A preset that takes its options from the environment; the span's rows on stdout; or nothing. */
export type ExporterName = (typeof exporterNames)[number];

/** A preset with options of its own. */
export type ExporterOptions = OtlpOptions | SlsOptions | Cms2Options | ArmsOptions;

/** How spans are sent over HTTP. */
export interface TransportOptions {
  /**
   * Whether bodies are compressed.
   * @default false, or true when `OTEL_EXPORTER_OTLP_COMPRESSION` is `gzip`
   */
  readonly gzip?: boolean;
  /**
   * How long all attempts at one batch may take together, in milliseconds. No invocation waits that long.
   * @default 10000, or `OTEL_EXPORTER_OTLP_TIMEOUT`
   */
  readonly timeout?: number;
}

/** Any collector that takes OTLP as protobuf over HTTP. */
export interface OtlpOptions extends TransportOptions {
  readonly type: "otlp";
  /**
   * The whole URL, path included.
   * @default `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, else `OTEL_EXPORTER_OTLP_ENDPOINT` and `/v1/traces`
   */
  readonly url?: string;
  /**
   * Sent with each batch, beside those of `OTEL_EXPORTER_OTLP_HEADERS`.
   * @default {}
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The trace service of SLS. */
export interface SlsOptions extends TransportOptions {
  readonly type: "sls";
  /** @default `SLS_OTEL_PROJECT` */
  readonly project?: string;
  /**
   * The id of the trace instance.
   * @default `SLS_OTEL_INSTANCE_ID`
   */
  readonly instance?: string;
  /**
   * A host or a URL.
   * @default `SLS_OTEL_TRACE_ENDPOINT`, else the internal address of the project in the function's region
   */
  readonly endpoint?: string;
  /**
   * A key that does not change.
   * @default `SLS_OTEL_ACCESS_KEY_ID` and `_SECRET`, else the credentials that come with the invocations
   */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
  };
  /**
   * The header that carries the token of temporary credentials; the vendor's documentation does not name it.
   * @default "x-sls-otel-token"
   */
  readonly tokenHeader?: string;
}

/** Cloud Monitor 2.0. */
export interface Cms2Options extends TransportOptions {
  readonly type: "cms2";
  /** @default `ARMS_PROJECT` */
  readonly project?: string;
  /** @default `ARMS_WORKSPACE` */
  readonly workspace?: string;
  /** @default `ARMS_LICENSE_KEY` */
  readonly licenseKey?: string;
  /**
   * A host or a URL.
   * @default `ARMS_TRACE_ENDPOINT`, else the internal address of the project in the function's region
   */
  readonly endpoint?: string;
}

/** Tracing Analysis (ARMS). */
export interface ArmsOptions extends TransportOptions {
  readonly type: "arms";
  /**
   * A host, or the whole URL that the console shows.
   * @default `ARMS_TRACE_ENDPOINT`, else what the function's tracing configuration says
   */
  readonly endpoint?: string;
  /**
   * The token of that endpoint, unless it is in the URL.
   * @default `ARMS_TOKEN`
   */
  readonly token?: string;
}
