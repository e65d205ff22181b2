// One invocation misbehaves, fifty run beside it: what becomes of each.
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { createPipe } from "../../bench/pipe.mjs";
import { readAll } from "./engine/campaign.mjs";
import { openConnection } from "./engine/connection.mjs";
import { exchange } from "./engine/exchange.mjs";
import { Ledger } from "./engine/ledger.mjs";
import { requestOf } from "./engine/plan.mjs";
import { startProgram, within } from "./engine/programs.mjs";
import { bytesOf, faultOf, messageOf } from "./engine/requests.mjs";

const neighbors = 50;
const oneSecond = { "x-fc-function-timeout": "1" };

// By what the culprit does: how the process ends (0: it stays until it is told to), and what is special about it.
const cases = {
  "throws at once": {},
  "throws in a timer": { exit: 1 },
  "throws in a stream": { exit: 1 },
  "rejects what nobody awaits": {},
  // Nobody knows whose listener it was, so its deadline ends the invocation.
  "throws in a shared listener": {
    exit: 1,
    headers: oneSecond,
    provoke: tick,
    ownErrors: "Error: the listener fails",
  },
  // Whoever emits is thrown at.
  "is emitted at": { act: "throws in a shared listener", headers: oneSecond, provoke: emit },
  exits: { exit: 3 },
  blocks: { order: { milliseconds: 2000 } },
  "never answers": { headers: oneSecond },
  "answers late": {},
};

/** The attacks by one invocation on its neighbors. */
export const isolation = Object.fromEntries(
  Object.entries(cases).map(([name, how]) => [
    name.replaceAll(" ", "-"),
    async (size) => {
      const rounds = size === "full" ? 10 : 1;
      const faults = [];
      for (let round = 0; round < rounds; round++)
        faults.push(...(await misbehave({ act: name, exit: 0, ...how })));
      return {
        load: `${rounds} × one that ${name}, ${neighbors} neighbors`,
        result:
          how.exit === 3 ? "each has its End" : "the neighbors are answered, each with its own",
        faults,
      };
    },
  ]),
);

async function misbehave({ act, exit, provoke, ownErrors = "", ...sent }) {
  const beside = requestsOf(0, neighbors, exit === 3 ? "neighbor of an exit" : "neighbor");
  const [culprit] = requestsOf(neighbors, 1, act);
  const [next] = requestsOf(neighbors + 1, 1, provoke === emit ? "emits" : "neighbor");
  const all = [...beside, culprit, ...(exit === 0 ? [next] : [])];
  const ledger = new Ledger(all.length, new Map(all.map(({ index, name }) => [index, name])));
  const { server, read } = await startCulprits(ledger);
  const { port } = server.first;
  const waiting = beside.map((request) => faultAt(port, request, { order: { name: "neighbor" } }));
  await until(() => beside.every(({ index }) => ledger.saidBy(index) > 0), "all neighbors to wait");

  const connection = await openConnection(port);
  const misbehaving = faultOn(connection, culprit, sent);
  const faults = [await provoke?.({ server, port, next })];
  faults.push(await misbehaving);
  server.child.send("release", () => {});
  faults.push(...(await Promise.all(waiting)));
  // What comes over the culprit's connection is the next one's own.
  if (exit === 0 && provoke !== emit)
    faults.push(await faultOn(connection.isOver ? await openConnection(port) : connection, next));
  if (exit === 0) server.child.kill("SIGTERM");
  faults.push(...(await faultsOfEnd(server, exit)));
  await read;
  connection.socket.destroy();
  if (ledger.ownErrors.join() !== ownErrors)
    faults.push(`told of no invocation: ${ledger.ownErrors.join()}`);
  return [...faults, ...ledger.close()].filter(Boolean);
}

function requestsOf(first, length, name) {
  return Array.from({ length }, (_, index) => requestOf(first + index, name));
}

async function startCulprits(ledger) {
  const { writing, reader, close } = createPipe();
  const server = await startProgram("programs/culprits.mjs", { stdout: writing });
  close();
  return { server, read: readAll(reader, ledger) };
}

/** Resolves to what is wrong with an answer on a connection of its own, or to nothing. */
async function faultAt(port, request, options) {
  return judged(request, exchange(port, request, options));
}

/** The same over a connection whose every byte counts. */
async function faultOn(connection, request, { order, headers } = {}) {
  const message = messageOf(request, order);
  connection.socket.write(bytesOf({ ...message, headers: { ...message.headers, ...headers } }));
  return judged(request, within(connection.answer(), `an answer to one that ${request.name}`));
}

async function judged(request, answering) {
  try {
    const fault = faultOf(request, await answering);
    if (request.gone) return `${request.name}: an answer where none can be`;
    return fault && `${request.name}: ${fault}`;
  } catch (error) {
    return request.gone ? undefined : `${request.name}: ${error.message}`;
  }
}

async function faultsOfEnd(server, exit) {
  const end = await within(server.exited, "an end of the program");
  const faults = end === exit ? [] : [`the program ended with ${end} instead of ${exit}`];
  return server.stderr === "" ? faults : [...faults, `stderr: ${server.stderr.slice(0, 300)}`];
}

async function until(condition, what) {
  const wait = async () => {
    while (!condition()) await pause(5);
  };
  await within(wait(), what);
}

// Outside of any invocation.
async function tick({ server }) {
  await within(once(server.child, "message"), "the culprit to listen");
  server.child.send("emit");
}

// In an invocation.
async function emit({ server, port, next }) {
  await within(once(server.child, "message"), "the culprit to listen");
  return faultAt(port, next);
}
