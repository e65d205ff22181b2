import { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { answerTo, callWith } from "../calls.mjs";
import { startCollector } from "../collector.mjs";
import { median } from "../figures.mjs";
import { startPeer } from "../peer.mjs";
import { inRounds, tableOf } from "../rounds.mjs";
import { serversOf } from "../servers.mjs";
import { checkWork, load, throughputOf } from "../throughput.mjs";

export const about =
  "The invocation of `http` with spans. OpenTelemetry's processors send after the answer; Function Compute may freeze the instance by then, so what had arrived at the collector with the last answer is counted too. A collector that never answers shows what an invocation can be made to wait: @fcrt/trace waits 500 ms for the first three, then for none.";

const untraced = serversOf("core + logger", "fastify + pino");
const traced = serversOf(
  "spans, unsampled",
  "spans, sampled",
  "fastify + OpenTelemetry, batch",
  "fastify + OpenTelemetry, simple",
);
const sampled = traced.slice(1);
const amounts = {
  full: {
    rounds: 7,
    load: { warm: 6000, requests: 6000 },
    children: [0, 3, 20],
    atATime: [1, 32],
    delays: [0, 20, 200, Infinity],
    sequence: 60,
  },
  quick: {
    rounds: 1,
    load: { warm: 800, requests: 400 },
    children: [0, 20],
    atATime: [32],
    delays: [0, Infinity],
    sequence: 6,
  },
};
const spans = 3;
const invocations = 100;

export async function measure(size) {
  return [
    ...(await throughputs(amounts[size])),
    ...(await posts(amounts[size])),
    ...(await latencies(amounts[size])),
  ];
}

async function throughputs({ rounds, load: amount, children }) {
  const collector = await startCollector();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const tables = [];
  try {
    for (const number of children) {
      const title = `Throughput with ${number} child spans`;
      const call = callWith({ spans: number });
      const measured = (server) => throughputOf(server, { ...amount, call, environment });
      const results = await inRounds(title, [...untraced, ...traced], rounds, measured);
      tables.push(tableOf(title, "requests/s", results, ({ rate }) => rate));
    }
    return tables;
  } finally {
    await collector.stop();
  }
}

async function posts({ rounds, atATime }) {
  const contenders = sampled.flatMap((server) =>
    atATime.map((connections) => ({
      ...server,
      connections,
      name: `${server.name}, ${connections} at a time`,
    })),
  );
  const results = await inRounds("trace: POSTs", contenders, Math.min(rounds, 3), postsOf);
  return [
    tableOf("POSTs for 100 invocations of 4 spans", "POSTs", results, (counts) => counts.posts),
    tableOf("Spans at the collector with the last answer", "% of 400", results, ({ last }) => last),
    tableOf("Spans at the collector in the end", "% of 400", results, ({ end }) => end),
  ];
}

async function postsOf(server) {
  const collector = await startCollector();
  const peer = await startPeer(server, {
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  try {
    await checkWork(peer, server);
    // Of the check: two invocations of one span.
    const before = await countsOf(collector, 2);
    await load(peer, callWith({ spans }), server.connections, invocations);
    const last = await collector.counts();
    const expected = invocations * (spans + 1);
    const end = await countsOf(collector, before.spans + expected);
    const share = (counts) => ((counts.spans - before.spans) / expected) * 100;
    return { posts: end.posts - before.posts, last: share(last), end: share(end) };
  } finally {
    await peer.stop();
    await collector.stop();
  }
}

// A batch may take its time, OpenTelemetry's leaves every five seconds, and what was dropped never comes.
async function countsOf(collector, expected) {
  const patience = AbortSignal.timeout(6000);
  for (;;) {
    const counts = await collector.counts();
    if (counts.spans >= expected || patience.aborted) return counts;
    await wait(20);
  }
}

async function latencies({ rounds, delays, sequence }) {
  const tables = [];
  for (const delay of delays) {
    const when = delay === Infinity ? "never" : `after ${delay} ms`;
    const collector = await startCollector(delay);
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    try {
      const label = `Latency, a collector that answers ${when}`;
      const measured = (server) => latenciesOf(server, sequence, environment);
      const results = await inRounds(label, [...untraced, ...sampled], rounds, measured);
      tables.push(tableOf(`${label}, median`, "ms", results, median));
      tables.push(tableOf(`${label}, worst`, "ms", results, (times) => Math.max(...times)));
    } finally {
      await collector.stop();
    }
  }
  return tables;
}

// One invocation after the other, as most instances see them; the first one, of a cold process, is left out.
async function latenciesOf(server, sequence, environment) {
  const peer = await startPeer(server, { environment });
  const agent = new Agent({ keepAlive: true });
  try {
    await checkWork(peer, server);
    const times = [];
    for (let index = 0; index < sequence; index += 1) {
      const started = performance.now();
      await answerTo(peer.port, callWith({ spans }), agent);
      times.push(performance.now() - started);
    }
    return times;
  } finally {
    agent.destroy();
    await peer.stop();
  }
}
