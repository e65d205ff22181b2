import { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { answerTo, eventCall } from "../calls.mjs";
import { startCollector } from "../collector.mjs";
import { startPeer } from "../peer.mjs";
import { inRounds, tableOf } from "../rounds.mjs";
import { serversOf } from "../servers.mjs";
import { checkWork, load } from "../throughput.mjs";

export const about =
  "What a process holds (RSS, after a garbage collection) after so many invocations, 1 and 200 at a time, and how much of it the last two thirds of them added.";

const servers = serversOf(
  "node:http, console.log",
  "fastify + pino",
  "core + logger",
  "core + logger + trace",
);
const compared = servers.flatMap((server) =>
  [1, 200].map((connections) => ({
    ...server,
    connections,
    name: `${server.name}, ${connections} at a time`,
  })),
);
const amounts = {
  full: { steps: [1000, 10_000, 100_000, 300_000], idle: 1000, rounds: 3 },
  quick: { steps: [100, 1000], idle: 200, rounds: 1 },
};
const flags = [
  "--expose-gc",
  "--import",
  fileURLToPath(new URL("../control.mjs", import.meta.url)),
];
const megabyte = 1024 * 1024;

export async function measure(size) {
  const { steps, idle, rounds } = amounts[size];
  const collector = await startCollector();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  try {
    const grown = await inRounds("memory", compared, 1, (server) =>
      memoryAt(server, steps, environment),
    );
    const idling = await inRounds("memory: idle connections", servers, rounds, (server) =>
      heapOfIdle(server, idle, environment),
    );
    const told = steps.map((step) => step.toLocaleString("en-US"));
    return [
      ...steps.map((step, index) =>
        tableOf(
          `RSS after ${told[index]} invocations`,
          "MB",
          grown,
          (seen) => seen[index].rss / megabyte,
          step !== steps.at(-1),
        ),
      ),
      tableOf(
        `Growth of RSS from ${told.at(-2)} to ${told.at(-1)} invocations`,
        "%",
        grown,
        growth,
      ),
      tableOf("Heap in use in the end", "MB", grown, (seen) => seen.at(-1).heapUsed / megabyte),
      tableOf("Heap of an idle connection", "KB", idling, (bytes) => bytes / 1024),
    ];
  } finally {
    await collector.stop();
  }
}

function growth(seen) {
  return (seen.at(-1).rss / seen.at(-2).rss - 1) * 100;
}

async function memoryAt(server, steps, environment) {
  const peer = await startPeer(server, { flags, environment });
  const seen = [];
  try {
    await checkWork(peer, server);
    let done = 0;
    for (const step of steps) {
      await load(peer, eventCall, server.connections, step - done);
      seen.push(await peer.ask("memory"));
      done = step;
    }
    return seen;
  } finally {
    await peer.stop();
  }
}

// Connections that have each seen one invocation, against none of them.
async function heapOfIdle(server, amount, environment) {
  const peer = await startPeer(server, { flags, environment });
  const agent = new Agent({ keepAlive: true, maxFreeSockets: amount });
  try {
    await checkWork(peer, server);
    await load(peer, eventCall, 50, 1000);
    // The connections of the load close.
    await wait(500);
    const before = await peer.ask("memory");
    await Promise.all(Array.from({ length: amount }, () => answerTo(peer.port, eventCall, agent)));
    const after = await peer.ask("memory");
    return (after.heapUsed - before.heapUsed) / amount;
  } finally {
    agent.destroy();
    await peer.stop();
  }
}
