// A server under test: a process of its own whose stdout is read by somebody who keeps up.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { request as send } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

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

/** What runs `bench/peers/NAME.mjs` on the first core, where there are several; the load takes the others. */
export function commandOf(name) {
  const program = [process.execPath, fileURLToPath(new URL(`peers/${name}.mjs`, import.meta.url))];
  return existsSync("/usr/bin/taskset") ? ["taskset", "-c", "0", ...program] : program;
}

/** All that a peer finds in its environment. */
export function environmentOf(port, more = {}) {
  return { PATH: process.env.PATH, FC_SERVER_PORT: String(port), ...more };
}

/** Starts `bench/peers/NAME.mjs`. */
export async function startPeer(name, environment) {
  const port = await freePort();
  const [command, ...args] = commandOf(name);
  const child = spawn(command, args, {
    env: environmentOf(port, environment),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const peer = { name, port, lines: 0, cpu: () => cpuOf(child.pid), stop };
  child.stdout.on("data", (chunk) => {
    for (const byte of chunk) if (byte === 10) peer.lines += 1;
  });
  return peer;

  async function stop() {
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

/** Sends one call; resolves to what came back, or rejects when nobody listens yet. */
export async function answerTo(port, { method, path, headers, body }) {
  const outgoing = send({ port, method, path, headers, agent: false }).end(body);
  const [incoming] = await once(outgoing, "response");
  const text = Buffer.concat(await incoming.toArray()).toString();
  return { status: incoming.statusCode, fcStatus: incoming.headers["x-fc-status"], body: text };
}

/** Asks again and again until the server is up. */
export async function firstAnswerTo(port, call) {
  for (;;) {
    try {
      return await answerTo(port, call);
    } catch (error) {
      if (error.code !== "ECONNREFUSED") throw error;
    }
  }
}

// User and system time in milliseconds; `undefined` where the system does not tell.
function cpuOf(pid) {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const fields = readFileSync(file, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A port that nothing listens on now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
