// A server under test: a process of its own on the first core, whose stdout is read by somebody who keeps up.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { startChild } from "./children.mjs";
import { createPipe } from "./pipe.mjs";

const pinned = existsSync("/usr/bin/taskset") && availableParallelism() > 1;

/** Leaves the first core to the servers: what this process does, and whom it starts, takes the others. */
export function leaveFirstCore() {
  if (!pinned) return;
  const others = `1-${availableParallelism() - 1}`;
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", others, String(process.pid)]);
}

/** The command and its arguments that run a program on the first core, where there are several. */
export function onFirstCore(...program) {
  return pinned ? ["taskset", "--cpu-list", "0", ...program] : program;
}

/** The path of a program in `bench/peers`. */
export function programOf(name) {
  return fileURLToPath(new URL(`peers/${name}`, import.meta.url));
}

/**
 * Starts the `program` of a server. `file` stands in for it, `node` for the Node that runs this, `flags` are Node's,
 * `environment` adds to the server's own, `errors` counts what comes on stderr as lines too.
 */
export async function startPeer(server, options = {}) {
  const { node = process.execPath, flags = [], errors = false } = options;
  const { file = programOf(server.program) } = options;
  const port = await freePort();
  const pipe = createPipe();
  const [command, ...args] = onFirstCore(node, ...flags, file);
  const started = performance.now();
  const child = startChild(command, args, {
    env: {
      PATH: process.env.PATH,
      FC_SERVER_PORT: String(port),
      ...options.environment,
      ...server.environment,
    },
    stdio: ["ignore", pipe.writing, errors ? pipe.writing : "inherit", "ipc"],
  });
  pipe.close();
  const peer = { port, started, lines: 0, cpu: () => cpuOf(child.pid), tell, ask, ended, stop };
  pipe.reader.on("data", (chunk) => {
    for (const byte of chunk) if (byte === 10) peer.lines += 1;
  });
  const closed = Promise.all([once(child, "exit"), once(pipe.reader, "close")]);
  return peer;

  /** Tells `control.mjs`, which must be in the flags, what to do. */
  function tell(order) {
    child.send(order);
  }

  /** Resolves to the answer of `control.mjs`. */
  async function ask(question) {
    tell(question);
    const [answer] = await once(child, "message");
    return answer;
  }

  /** Resolves when it has exited by itself and all that it wrote is read. */
  async function ended() {
    await closed;
  }

  async function stop() {
    child.kill("SIGKILL");
    await closed;
  }
}

// The time of all threads on a core, in milliseconds; `NaN` where the system does not tell.
function cpuOf(pid) {
  const folder = `/proc/${pid}/task`;
  if (!existsSync(folder)) return Number.NaN;
  const times = readdirSync(folder).map((thread) => timeOf(`${folder}/${thread}/schedstat`));
  return times.reduce((sum, time) => sum + time, 0) / 1e6;
}

function timeOf(file) {
  const [nanoseconds] = readFileSync(file, "utf8").split(" ");
  return Number(nanoseconds);
}

// A port that nothing listens on now.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
