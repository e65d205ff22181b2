import { request as send } from "node:http";
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Secrets that must show up nowhere: not in a line, not in a body, not in a header that user code sees. */
export const canary = {
  accessKeyId: "STS.CANARYkeyid",
  accessKeySecret: "CANARYsecret7j",
  securityToken: "CANARYtokenCAIS",
} as const;

/** A request ID as FC 3.0 sends it, and one as FC 2.0 and the hooks have it. */
export const requestIds = {
  fc3: "1-67a59f35-150c1267-f381ba1c085c",
  uuid: "a9e64a3c-1234-5678-abcd-ef0123456789",
} as const;

/** The headers that the platform puts on every request, as seen on FC 3.0: half of them empty. */
export const platformHeaders: Readonly<Record<string, string>> = {
  "x-fc-request-id": requestIds.fc3,
  "x-fc-access-key-id": canary.accessKeyId,
  "x-fc-access-key-secret": canary.accessKeySecret,
  "x-fc-security-token": canary.securityToken,
  "x-fc-function-handler": "index.handler",
  "x-fc-function-memory": "512",
  "x-fc-function-timeout": "60",
  "x-fc-region": "cn-hangzhou",
  "x-fc-account-id": "123456789012",
  "x-fc-qualifier": "LATEST",
  "x-fc-version-id": "",
  "x-fc-function-name": "my-function",
  "x-fc-service-name": "",
  "x-fc-service-logproject": "my-log-project",
  "x-fc-service-logstore": "my-logstore",
  "x-fc-retry-count": "0",
  "x-fc-tracing-opentracing-span-context": "",
  "x-fc-tracing-jaeger-endpoint": "",
  "x-fc-client-ip": "",
};

/** A request to a runtime. */
export interface PlatformRequest {
  readonly method?: string;
  readonly path?: string;
  /** Set as they are, beside nothing else. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  readonly agent?: Agent;
}

/** What came back. */
export interface PlatformResponse {
  readonly status: number;
  /** `x-fc-status` as sent. */
  readonly fcStatus: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends one request and reads its response whole; rejects when the connection breaks. */
export async function sendTo(port: number, request: PlatformRequest): Promise<PlatformResponse> {
  const { method = "GET", path = "/", headers = {}, body, agent } = request;
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers, agent: agent ?? false };
    const outgoing = send(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.once("error", reject).once("end", () => {
        const status = incoming.headers["x-fc-status"];
        resolve({
          status: incoming.statusCode ?? 0,
          fcStatus: typeof status === "string" ? status : undefined,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.once("error", reject).end(body);
  });
}

/** An event invocation as the platform sends it; `headers` replace or add. */
export function invoke(
  body: string | Uint8Array = "{}",
  headers: OutgoingHttpHeaders = {},
): PlatformRequest {
  const own = { "x-fc-control-path": "/invoke", "content-type": "application/octet-stream" };
  return {
    method: "POST",
    path: "/invoke",
    headers: { ...platformHeaders, ...own, ...headers },
    body,
  };
}

/** An HTTP invocation as the platform sends it. */
export function httpInvoke(
  method = "GET",
  path = "/",
  headers: OutgoingHttpHeaders = {},
): PlatformRequest {
  return {
    method,
    path,
    headers: { ...platformHeaders, "x-fc-control-path": "/http-invoke", ...headers },
  };
}

/** A call of `initialize`, `pre-freeze` or `pre-stop` as the platform sends it, with a UUID. */
export function hook(
  name: "initialize" | "pre-freeze" | "pre-stop",
  headers: OutgoingHttpHeaders = {},
): PlatformRequest {
  const own = { "x-fc-control-path": `/${name}`, "x-fc-request-id": requestIds.uuid };
  const method = name === "initialize" ? "POST" : "GET";
  return { method, path: `/${name}`, headers: { ...platformHeaders, ...own, ...headers } };
}
