// From spawn to the first answered initialization.
import { median, withSpread } from "../figures.mjs";
import { firstAnswerTo, initializeCall, startPeer } from "../peer.mjs";

const baseline = "hand-written";
const contenders = ["core"];
const rounds = 30;

/** Resolves to rows of a table: each contender against the server written by hand, round by round. */
export async function coldstart() {
  const results = new Map([baseline, ...contenders].map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measured] of results) measured.push(await measure(name));
  }
  const base = results.get(baseline);
  return [...results].map(([name, measured]) => ({
    server: name,
    ms: median(measured).toFixed(1),
    ratio: withSpread(measured.map((time, round) => time / base[round])),
  }));
}

async function measure(name) {
  const started = performance.now();
  const peer = await startPeer(name);
  try {
    await firstAnswerTo(peer.port, initializeCall);
    return performance.now() - started;
  } finally {
    await peer.stop();
  }
}
