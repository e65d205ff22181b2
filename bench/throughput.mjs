// Requests a second and CPU a request of servers that do the same work, over 32 keep-alive connections.
import autocannon from "autocannon";
import { median, withSpread } from "./figures.mjs";
import { answerTo, eventCall, firstAnswerTo, startPeer } from "./peer.mjs";

const rounds = 8;
const requests = 15_000;

/**
 * Resolves to rows of a table: each server against the first one, round by round. A server is `name`, the `lines` that
 * one invocation writes, and optionally `environment` and what one invocation is `answered`.
 */
export async function compareThroughput(servers) {
  const results = new Map(servers.map((server) => [server, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [server, measured] of results) measured.push(await measure(server));
  }
  const base = results.get(servers[0]);
  return [...results].map(([{ name, peer = name }, measured]) => ({
    server: name ?? peer,
    "requests/s": Math.round(median(measured.map(({ rate }) => rate))),
    "ratio of requests/s": withSpread(measured.map(({ rate }, round) => rate / base[round].rate)),
    "CPU µs/request": median(measured.map(({ cpu }) => cpu)).toFixed(1),
    "ratio of CPU": withSpread(measured.map(({ cpu }, round) => base[round].cpu / cpu)),
  }));
}

async function measure(server) {
  const peer = await startPeer(server.peer ?? server.name, server.environment);
  try {
    await firstAnswerTo(peer.port, eventCall);
    await checkWork(peer, server.lines);
    await load(peer.port, requests);
    const before = peer.cpu();
    const rate = await load(peer.port, requests);
    return { rate, cpu: ((peer.cpu() - before) * 1000) / requests };
  } finally {
    await peer.stop();
  }
}

// Who does less work is not faster.
async function checkWork(peer, lines) {
  const before = peer.lines;
  const { status, fcStatus, body } = await answerTo(peer.port, eventCall);
  const given = AbortSignal.timeout(1000);
  while (peer.lines < before + lines) {
    given.throwIfAborted();
    await new Promise(setImmediate);
  }
  const seen = [status, fcStatus, body, peer.lines - before].join(" ");
  const expected = `200 200 {"hello":"world"} ${lines}`;
  if (seen !== expected)
    throw new Error(`Expected \`${peer.name}\` to answer ${expected}, got ${seen}`);
}

async function load(port, amount) {
  const { path, ...call } = eventCall;
  const url = `http://127.0.0.1:${port}${path}`;
  const started = performance.now();
  // Without a short interval of samples, a run ends with the second that it is in.
  const options = { url, ...call, connections: 32, amount, sampleInt: 20 };
  const { errors, non2xx } = await autocannon(options);
  if (errors + non2xx > 0) throw new Error(`Expected ${amount} answers, ${errors + non2xx} failed`);
  return (amount / (performance.now() - started)) * 1000;
}
