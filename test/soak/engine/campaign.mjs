// A function under load: server, sender and collector are processes of their own, this one reads the server's stdout
// and holds everything against everything.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createPipe } from "../../../bench/pipe.mjs";
import { Ledger } from "./ledger.mjs";
import { requestOf } from "./plan.mjs";
import { startProgram, within } from "./programs.mjs";
import { showProgress } from "./progress.mjs";

/**
 * Sends so many requests of the plan over so many connections, and holds all against the plan: responses, Starts, Ends,
 * lines, spans, what hangs open. Meanwhile `disturb` does its worst: it is given `{ server, collector, reader, ledger,
 * port, isOver }`, may send requests of its own, whose numbers follow and which `names` says, and resolves to what it
 * finds wrong. `stdout` opens the other end of the server's stdout, `seconds` is the time after which no more is sent.
 */
export async function campaign(options) {
  const { invocations, connections = 100, names = new Map(), disturb = async () => [] } = options;
  const { label, nodeOptions, env, stdout, isRead = true, seconds } = options;
  const size = invocations + names.size;
  const ledger = new Ledger(size, names);
  const collector = await startCollector(size, names);
  const { server, reader } = await startServer({ collector, nodeOptions, env, stdout });
  const read = readAll(reader, ledger);
  const { port } = server.first;
  const before = await factsOf(server);
  const started = performance.now();
  const scene = { server, collector, reader, ledger, port, isOver: false };
  const memory = watchMemory(server, scene);

  const sending = send({ port, invocations, connections, seconds, label });
  const [sent, found] = await Promise.all([
    sending.finally(() => (scene.isOver = true)),
    disturb(scene),
  ]);
  const faults = [...sent.faults, ...found];
  const took = (performance.now() - started) / 1000;
  const after = await quietFactsOf(server, before);
  faults.push(...faultsOfHandles(before, after), ...(await faultsOfEnd(server)));
  // Those that there was no time for.
  const unsent = [sent.done, invocations];
  const spans = await collector.ask({ unsent });
  collector.child.send("stop");
  await read;
  const expected = expectationOf(sent.done);
  if (isRead)
    faults.push(...faultsOfLedger(ledger, unsent, expected), ...faultsOfSpans(spans, ledger));
  const { counts } = ledger;
  return { faults, expected, counts, spans, sent, took, before, after, memory: await memory };
}

/** Waits until the load is under way. */
export async function underWay({ ledger }) {
  while (ledger.counts.ends < 20) await pause(5);
}

async function startCollector(size, names) {
  const collector = await startProgram("engine/collector.mjs", { args: [String(size)] });
  await collector.ask({ names: [...names] });
  return collector;
}

/**
 * Starts the function of the plan; `reader` is the other end of its stdout, by default of a pipe. `further` is what
 * `spawn` takes for the descriptors from 3.
 */
export async function startServer(options = {}) {
  const { collector, nodeOptions = [], env = {}, stdout = createPipe, further } = options;
  const { writing, reader, close } = stdout();
  const server = await startProgram("programs/function.mjs", {
    nodeOptions: ["--expose-gc", ...nodeOptions],
    env: { COLLECTOR: collector?.first.url ?? "", ...env },
    stdout: writing,
    further,
  });
  close();
  return { server, reader };
}

/** Reads a stdout to its end. */
export async function readAll(reader, ledger) {
  reader.setEncoding("utf8").on("data", (text) => ledger.read(text));
  await new Promise((resolve) => reader.once("close", resolve));
}

/** What the server holds, its garbage left out. */
async function factsOf(server) {
  return server.ask("facts");
}

// Until the server has seen that its clients are gone.
async function quietFactsOf(server, before) {
  for (let patience = 100; ; patience--) {
    const after = await factsOf(server);
    if (patience === 0 || faultsOfHandles(before, after).length === 0) return after;
    await pause(100);
  }
}

/** Resolves to the resident memory in MB, once a second, when the load is over. */
async function watchMemory({ child: { pid } }, scene) {
  const samples = [];
  while (!scene.isOver) {
    samples.push(residentMemoryOf(pid));
    await pause(1000);
  }
  return samples;
}

function residentMemoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    // Gone already, or no Linux.
    return Number.NaN;
  }
}

/** Sends requests of the plan from a process of its own, until all are answered or the time is up. */
export async function send(options) {
  const { port, first = 0, invocations, connections, seconds = Infinity, label } = options;
  const args = [port, first, invocations, connections, seconds].map(String);
  const sender = await startProgram("engine/sender.mjs", { args });
  return new Promise((resolve, reject) => {
    sender.child.on("message", (message) => {
      showProgress(label, message.done, invocations);
      if (message.faults) resolve(message);
    });
    // Its exit can be seen before its last message, the end of the channel cannot.
    sender.child.once("disconnect", () =>
      reject(new Error(`Expected the sender to tell what it saw\n${sender.stderr}`)),
    );
  });
}

/** What the plan has for the first so many requests. */
function expectationOf(invocations) {
  const sums = { responses: 0, left: 0, broken: 0, lines: 0, spans: 0, initialize: 0 };
  for (let index = 0; index < invocations; index++) {
    const { gone, name, lines, spans } = requestOf(index);
    if (!gone) sums.responses += 1;
    else if (name === "break") sums.broken += 1;
    else sums.left += 1;
    if (name === "initialize") sums.initialize += 1;
    sums.lines += lines;
    sums.spans += 1 + spans;
  }
  return sums;
}

/** Asks the server to end, and resolves to what is wrong with how it does. */
export async function faultsOfEnd(server) {
  server.child.kill("SIGTERM");
  const end = await within(server.exited, "the server to end");
  const faults = end === 0 ? [] : [`the server ended with ${end}`];
  return server.stderr === "" ? faults : [...faults, `stderr: ${server.stderr.slice(0, 500)}`];
}

function faultsOfLedger(ledger, unsent, { initialize }) {
  const faults = [...ledger.close(unsent), ...ledger.ownErrors.map((error) => `stdout: ${error}`)];
  const { initializations } = ledger.counts;
  if (initializations !== Math.min(initialize, 1))
    faults.push(`initialized ${initializations} times`);
  return faults;
}

// What was dropped was said. What has arrived can be said to be lost, when the answer to it was.
function faultsOfSpans({ missing, faults }, { counts: { lostSpans } }) {
  if (missing <= lostSpans) return faults;
  return [...faults, `collector: ${missing} spans are missing, ${lostSpans} were said to be lost`];
}

// One connection leads to the collector, and Node opens `process.stdout` and `process.stderr` when they are first needed.
const later = { TCPSocketWrap: 1, PipeWrap: 2 };

function faultsOfHandles({ resources: before }, { resources: after }) {
  return Object.entries(after).flatMap(([name, count]) => {
    const first = before[name] ?? 0;
    return count > first + (later[name] ?? 0)
      ? [`${count} ${name} are open, ${first} at first`]
      : [];
  });
}
