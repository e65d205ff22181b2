// How a request of the plan looks on the wire, and whether its answer is its own.
import { fillerOf } from "./plan.mjs";

// The headers of a real request, of FC 3.0.
const platformHeaders = {
  "x-fc-access-key-id": "STS.NaXxxx",
  "x-fc-access-key-secret": "7jXxxx",
  "x-fc-security-token": `CAIS${"x".repeat(600)}`,
  "x-fc-function-name": "my-function",
  "x-fc-function-handler": "index.handler",
  "x-fc-function-memory": "512",
  "x-fc-function-timeout": "600",
  "x-fc-region": "cn-hangzhou",
  "x-fc-account-id": "123456789012",
  "x-fc-qualifier": "LATEST",
  "x-fc-version-id": "",
  "x-fc-retry-count": "0",
};

/** Method, path, headers and body. `more` goes into the order that the function gets. */
export function messageOf(request, more = {}) {
  const { kind, method } = request;
  const order = JSON.stringify({ ...orderOf(request), ...more });
  const path = request.path ?? "/page";
  const body = bodyOf(request, order);
  const headers = {
    ...platformHeaders,
    "x-fc-request-id": request.id,
    "x-fc-control-path": `/${kind}`,
    "x-soak-order": order,
    "content-length": Buffer.byteLength(body),
  };
  return { method, path, headers, body };
}

/** What is wrong with an answer, or `undefined`. */
export function faultOf(request, { status, fcStatus, body }) {
  if (status !== request.status) return `status ${status} instead of ${request.status}`;
  if (fcStatus !== String(request.fcStatus)) return `x-fc-status ${fcStatus}`;
  const own = request.told === false || isOwn(request, body);
  return own ? undefined : `a body that is not its own: ${body.slice(0, 200)}`;
}

/** The bytes that a connection carries. */
export function bytesOf({ method, path, headers, body }) {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${fields.join("")}\r\n${body}`;
}

function orderOf({ name, token, lines, spans, delay, size }) {
  return { name, token, lines, spans, delay, size };
}

function bodyOf({ kind, name, token, size }, order) {
  if (name === "upload") return fillerOf(token, size);
  if (kind !== "invoke" || name === "empty") return "";
  if (name === "garbage") return `${order} and more`;
  return `${order.slice(0, -1)},"filler":"${fillerOf(token, size)}"}`;
}

function isOwn({ name, kind, status, share, token, id, size }, body) {
  if (name === "empty") return body === "";
  if (name === "garbage") return body.includes("FCRT_EVENT_NOT_JSON");
  if (name === "http-throw") return body.includes(id);
  if (status !== 200 && kind === "invoke") return body.includes(`boom ${token}`);
  return body === (share === 0 ? token : fillerOf(token, size));
}
