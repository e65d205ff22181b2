/**
 * An HTTP request as FC 3.0 hands it to an event handler of a built-in runtime.
 *
 * A custom runtime never gets it from an HTTP trigger, which passes the request itself;
 * it is for code that came from a built-in runtime, and for callers that send this shape.
 * FC 2.0 had no such event: its built-in runtimes had separate HTTP handlers.
 *
 * @example
 * // Judge by `isBase64Encoded`, not by the method: it is documented as true even for a GET without a body.
 * const bytes = Buffer.from(request.body, request.isBase64Encoded ? "base64" : "utf8");
 */
export interface HttpTriggerEvent {
  /** Version of the payload, `v1`. */
  version: string;
  /** The path, still URL-encoded; `requestContext.http.path` is the decoded one. */
  rawPath: string;
  /** Names begin with a capital, as in `Content-Type`; several values are joined by commas. */
  headers: Record<string, string>;
  /** Several values of one name are joined by commas. */
  queryParameters: Record<string, string>;
  /** The request body; base64 when `isBase64Encoded`, which it is unless the content type is a text type. */
  body: string;
  isBase64Encoded: boolean;
  requestContext: HttpTriggerRequestContext;
}

/** What FC knows of an HTTP request beyond the request itself. */
export interface HttpTriggerRequestContext {
  /** Account id of the function's owner. */
  accountId: string;
  domainName: string;
  domainPrefix: string;
  /** FC's request id; empty in one captured event. */
  requestId: string;
  /** In one captured event, not in the documentation. */
  triggerId?: string;
  /** ISO 8601 in UTC, to the second. */
  time: string;
  /** Unix time in milliseconds, as text. */
  timeEpoch: string;
  http: {
    method: string;
    /** The path, URL-decoded. */
    path: string;
    /** Such as `HTTP/1.1`. */
    protocol: string;
    /** Address of the peer of the TCP connection: of the last proxy, if there was one. */
    sourceIp: string;
    userAgent: string;
  };
}

/**
 * What a handler of a built-in runtime on FC 3.0 returns to shape the HTTP response.
 *
 * A result without `statusCode` is taken for the body itself, with status 200 and content type `application/json`.
 */
export interface HttpTriggerResponse {
  statusCode: number;
  /** Without a content type here it is `application/json`; names that start with `X-Fc-` are ignored. */
  headers?: Record<string, string>;
  /** The response body: text, base64 when `isBase64Encoded`, or an object, which is sent as JSON. */
  body: string | object;
  /** @default false */
  isBase64Encoded?: boolean;
}
