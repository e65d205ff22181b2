// Load on one server, whose work is checked before it is timed.
import { setTimeout as wait } from "node:timers/promises";
import autocannon from "autocannon";
import { answerTo, eventCall, firstAnswerTo } from "./calls.mjs";
import { startPeer } from "./peer.mjs";

/**
 * Starts the server, checks it, warms it by so many requests, and resolves to its `rate` in requests a second, the `cpu` of each in
 * microseconds, the `p99` of their latencies in milliseconds, and how `busy` its core was.
 */
export async function throughputOf(server, options) {
  const { warm, requests, connections = 32, call, environment } = options;
  const asked = call ?? server.call ?? eventCall;
  const peer = await startPeer(server, { environment });
  try {
    await checkWork(peer, server, asked);
    await load(peer, asked, connections, warm);
    return await load(peer, asked, connections, requests);
  } finally {
    await peer.stop();
  }
}

/** Refuses a server that does not do what the others do: who does less work is not faster. */
export async function checkWork(peer, server, call = server.call ?? eventCall) {
  await firstAnswerTo(peer.port, call);
  await quietOf(peer);
  const before = peer.lines;
  const { status, fcStatus, body } = await answerTo(peer.port, call);
  await quietOf(peer);
  const seen = [status, fcStatus, body, peer.lines - before].join(" ");
  const expected = `200 200 {"hello":"world"} ${server.lines}`;
  if (seen !== expected) throw new Error(`Expected \`${expected}\`, got \`${seen}\``);
}

// Lines come on another way than the answer, and some later.
async function quietOf(peer) {
  let seen;
  do {
    seen = peer.lines;
    await wait(50);
  } while (peer.lines > seen);
}

/** So many calls over so many connections that stay open. */
export async function load(peer, { path, ...call }, connections, amount) {
  const url = `http://127.0.0.1:${peer.port}${path}`;
  const before = peer.cpu();
  const started = performance.now();
  // Without a short interval of samples, a run ends with the second that it is in.
  const options = { url, ...call, connections: Math.min(connections, amount), sampleInt: 20 };
  const { errors, non2xx, latency } = await autocannon({ ...options, amount });
  const elapsed = performance.now() - started;
  if (errors + non2xx > 0) throw new Error(`Expected ${amount} answers, ${errors + non2xx} failed`);
  const cpu = peer.cpu() - before;
  return {
    rate: (amount / elapsed) * 1000,
    cpu: (cpu * 1000) / amount,
    p99: latency.p99,
    busy: cpu / elapsed,
  };
}
