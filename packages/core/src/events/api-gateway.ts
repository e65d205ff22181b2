/**
 * An API call, delivered by API Gateway with an event function as its backend; the same on FC 2.0 and FC 3.0.
 *
 * @example
 * const { body, isBase64Encoded } = event.json<ApiGatewayEvent>();
 * const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
 */
export interface ApiGatewayEvent {
  path: string;
  /** Upper case, such as `GET`. */
  httpMethod: string;
  /** The client's headers and API Gateway's own (`X-Ca-…`). */
  headers: Record<string, string>;
  queryParameters: Record<string, string>;
  /** Values of the parameters in the API's path. */
  pathParameters: Record<string, string>;
  /** The request body; base64 when `isBase64Encoded`. */
  body: string;
  isBase64Encoded: boolean;
}

/**
 * What an event function returns to API Gateway, which answers 502 to anything of another form.
 *
 * @example
 * return { statusCode: 200, headers: {}, body: JSON.stringify(result), isBase64Encoded: false };
 */
export interface ApiGatewayResponse {
  statusCode: number;
  headers: Record<string, string>;
  /** The response body; base64 when `isBase64Encoded`. */
  body: string;
  isBase64Encoded: boolean;
}
