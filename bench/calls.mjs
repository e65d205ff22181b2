// What the platform sends, and how to send it.
import { once } from "node:events";
import { request as send } from "node:http";

// The headers of a real request, of FC 3.0.
const platformHeaders = {
  "x-fc-request-id": "1-67a59f35-150c1267-f381ba1c085c",
  "x-fc-access-key-id": "STS.NaXxxx",
  "x-fc-access-key-secret": "7jXxxx",
  "x-fc-security-token": `CAIS${"x".repeat(600)}`,
  "x-fc-function-name": "my-function",
  "x-fc-function-handler": "index.handler",
  "x-fc-function-memory": "512",
  "x-fc-function-timeout": "60",
  "x-fc-region": "cn-hangzhou",
  "x-fc-account-id": "123456789012",
  "x-fc-qualifier": "LATEST",
  "x-fc-version-id": "",
  "x-fc-service-name": "",
  "x-fc-service-logproject": "my-log-project",
  "x-fc-service-logstore": "my-logstore",
  "x-fc-retry-count": "0",
  "x-fc-client-ip": "",
  "x-fc-tracing-jaeger-endpoint": "",
  "x-fc-tracing-opentracing-span-context": "",
  "content-type": "application/octet-stream",
};

export const eventCall = {
  method: "POST",
  path: "/invoke",
  headers: { ...platformHeaders, "x-fc-control-path": "/invoke" },
  body: '{"name":"world"}',
};

/** The same for an HTTP handler. */
export const httpCall = {
  ...eventCall,
  headers: { ...platformHeaders, "x-fc-control-path": "/http-invoke" },
};

export const initializeCall = {
  method: "POST",
  path: "/initialize",
  headers: { ...platformHeaders, "x-fc-control-path": "/initialize" },
};

export const preStopCall = {
  method: "GET",
  path: "/pre-stop",
  headers: { ...platformHeaders, "x-fc-control-path": "/pre-stop" },
};

/** The call with an event that asks for more work. */
export function callWith(more, call = eventCall) {
  return { ...call, body: JSON.stringify({ name: "world", ...more }) };
}

/** Sends one call; resolves to what came back, or rejects when nobody listens yet. */
export async function answerTo(port, { method, path, headers, body }, agent = false) {
  const outgoing = send({ port, method, path, headers, agent }).end(body);
  const [incoming] = await once(outgoing, "response");
  const text = Buffer.concat(await incoming.toArray()).toString();
  return { status: incoming.statusCode, fcStatus: incoming.headers["x-fc-status"], body: text };
}

/** Asks again and again until the server is up, for half a minute at most. */
export async function firstAnswerTo(port, call) {
  const patience = performance.now() + 30_000;
  for (;;) {
    try {
      return await answerTo(port, call);
    } catch (error) {
      if (error.code !== "ECONNREFUSED" || performance.now() > patience) throw error;
    }
  }
}
