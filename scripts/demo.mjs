// Starts the example function and sends it what the platform would; `--once` ends after that.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request as send } from "node:http";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { forwardStopSignals } from "./processes.mjs";

const platformHeaders = {
  "x-fc-request-id": "1-67a59f35-150c1267-f381ba1c085c",
  "x-fc-access-key-id": "STS.NaXxxx",
  "x-fc-access-key-secret": "7jXxxx",
  "x-fc-security-token": "CAIS...",
  "x-fc-function-name": "hello",
  "x-fc-function-handler": "index.handler",
  "x-fc-function-memory": "512",
  "x-fc-function-timeout": "60",
  "x-fc-region": "cn-hangzhou",
  "x-fc-account-id": "123456789012",
  "x-fc-qualifier": "LATEST",
  "x-fc-version-id": "",
  "x-fc-service-logproject": "my-log-project",
  "x-fc-service-logstore": "my-logstore",
  "x-fc-retry-count": "0",
};

const calls = [
  {
    title: "Initialize: once, when the instance is new",
    request: [
      "POST",
      "/initialize",
      { "x-fc-control-path": "/initialize", "x-fc-request-id": crypto.randomUUID() },
    ],
    expected: {
      status: 200,
      fcStatus: "200",
      body: /^$/,
      end: /^FC Initialize End RequestId: \S+$/,
    },
  },
  {
    title: "An event invocation",
    request: ["POST", "/invoke", { "x-fc-control-path": "/invoke" }, '{"name":"world"}'],
    expected: {
      status: 200,
      fcStatus: "200",
      body: /"hello":"world"/,
      end: /^FC Invoke End RequestId: \S+$/,
    },
  },
  {
    title: "An HTTP invocation",
    request: ["GET", "/greetings?lang=en", { "x-fc-control-path": "/http-invoke" }],
    expected: {
      status: 200,
      fcStatus: "200",
      body: /greetings/,
      end: /^FC Invoke End RequestId: \S+$/,
    },
  },
  {
    title: "An event invocation that fails: the platform learns it from x-fc-status",
    request: [
      "POST",
      "/invoke",
      { "x-fc-control-path": "/invoke", "x-fc-request-id": "1-67a59f36-150c1267-0c9a7b1d22ef" },
      "{}",
    ],
    expected: {
      status: 404,
      fcStatus: "404",
      body: /"errorMessage":"Expected the event/,
      end: /, Error: Unhandled function error$/,
    },
  },
];

const port = await freePort();
const example = spawn(process.execPath, ["examples/hello/index.js"], {
  env: { ...process.env, FC_SERVER_PORT: String(port) },
  stdio: ["ignore", "pipe", "inherit"],
});
forwardStopSignals(example);
const ended = once(example, "close");
const lines = [];
const stdout = createInterface(example.stdout).on("line", (line) => lines.push(line));

console.log(`$ FC_SERVER_PORT=${port} node examples/hello/index.js`);
await lineOf(/ runtime inited\.$/);
showLines();
const faults = [];
for (const call of calls) faults.push(...(await show(call)));
for (const fault of faults) console.log(`Not as the contract says: ${fault}`);

if (process.argv.includes("--once")) {
  example.kill("SIGTERM");
} else {
  stdout.on("line", (line) => console.log(`  ${line}`));
  console.log("It stays up until Ctrl-C. Try it:\n");
  console.log(`  curl -i -X POST http://127.0.0.1:${port}/invoke -d '{"name":"you"}'\n`);
}
const [exitCode] = await ended;
process.exitCode = faults.length > 0 ? 1 : exitCode;

async function show({ title, request: [method, path, headers, body], expected }) {
  console.log(`\n${title}\n\n  > ${method} ${path}`);
  for (const [name, value] of Object.entries(headers)) console.log(`  > ${name}: ${value}`);
  if (body) console.log(`  > ${body}`);
  console.log();
  const response = await answerTo(method, path, headers, body);
  // The pipe holds every line of an invocation when its response ends; reading it takes another turn.
  const end = await lineOf(/ End RequestId: /);
  showLines();
  console.log(
    `\n  < ${response.status}\n  < x-fc-status: ${response.fcStatus}\n  < ${response.body.trimEnd()}\n`,
  );
  return faultsOf(title, { ...response, end }, expected);
}

async function answerTo(method, path, headers, body) {
  const options = { port, method, path, headers: { ...platformHeaders, ...headers } };
  const [incoming] = await once(send(options).end(body), "response");
  const text = Buffer.concat(await incoming.toArray()).toString();
  return { status: incoming.statusCode, fcStatus: incoming.headers["x-fc-status"], body: text };
}

async function lineOf(pattern) {
  const given = AbortSignal.timeout(10_000);
  for (;;) {
    const found = lines.find((line) => pattern.test(line));
    if (found) return found;
    const gone = ended.then(([code]) =>
      Promise.reject(new Error(`The example ended with code ${code}`)),
    );
    await Promise.race([once(stdout, "line", { signal: given }), gone]);
  }
}

function showLines() {
  for (const line of lines.splice(0)) console.log(`  ${line}`);
}

function faultsOf(title, seen, expected) {
  return Object.entries(expected)
    .filter(([what, value]) =>
      value instanceof RegExp ? !value.test(seen[what]) : seen[what] !== value,
    )
    .map(([what, value]) => `${title}: expected ${what} to be ${value}, got ${seen[what]}`);
}

/** The platform's own port, or any when somebody has taken it. */
async function freePort() {
  for (const wanted of [9000, 0]) {
    const server = createServer().listen(wanted, "0.0.0.0");
    const free = await once(server, "listening").then(
      () => true,
      () => false,
    );
    const found = server.address()?.port;
    server.close();
    if (free) return found;
  }
  throw new Error("Expected a free port, got none");
}
