// A handler that writes lines in a loop, as many as a pipe takes: the reader keeps up whoever else uses the machine.
import { answerTo, callWith, firstAnswerTo, preStopCall } from "../calls.mjs";
import { amounts as entries, errors } from "../logging.mjs";
import { startPeer } from "../peer.mjs";
import { inRounds, tableOf } from "../rounds.mjs";

export const about =
  "Lines from inside an invocation, timed from inside, until all of them are in the pipe. Sync: each is there when the call returns. An error with its cause takes several lines in a text, one in JSON.";

const compared = [
  { name: "limit: fs.writeSync of the ready line", program: "log-limit.mjs" },
  { name: "@fcrt/logger text, sync", program: "log-text.mjs", ours: true },
  { name: "@fcrt/logger text, buffered", program: "log-buffered.mjs", ours: true },
  { name: "@fcrt/logger JSON, sync", program: "log-json.mjs", ours: true },
  { name: "pino JSON, sync", program: "log-pino-sync.mjs" },
  { name: "pino JSON, default", program: "log-pino.mjs" },
  { name: "winston", program: "log-winston.mjs" },
  { name: "Powertools Logger", program: "log-powertools.mjs" },
  { name: "console.log", program: "log-console.mjs" },
];
const workloads = Object.keys(entries);
const amounts = { full: { rounds: 9, calls: 150 }, quick: { rounds: 2, calls: 15 } };

export async function measure(size) {
  const { rounds, calls } = amounts[size];
  const results = await inRounds("log", compared, rounds, (logger) => timesOf(logger, calls));
  return workloads.flatMap((workload) => [
    tableOf(workload, "entries/s", results, (times) => 1e9 / times[workload]),
    tableOf(`${workload}: cost`, "ns", results, (times) => times[workload], true),
  ]);
}

// The nanoseconds of an entry, by workload, in a process of its own.
async function timesOf(logger, calls) {
  const peer = await startPeer(logger, { errors: true });
  const times = {};
  await firstAnswerTo(peer.port, callWith({ workload: "message" }));
  for (const workload of workloads) {
    await run(peer, workload, calls);
    times[workload] = await run(peer, workload, calls);
  }
  await answerTo(peer.port, preStopCall);
  await peer.ended();
  checkWork(peer.lines, calls);
  return times;
}

async function run({ port }, workload, calls) {
  let nanoseconds = 0;
  for (let call = 0; call < calls; call += 1) {
    const { body } = await answerTo(port, callWith({ workload }));
    nanoseconds += JSON.parse(body).nanoseconds;
  }
  return nanoseconds / (calls * entries[workload]);
}

// Who writes less is not faster. An error may take several lines, each the same number.
function checkWork(lines, calls) {
  const markers = 1 + 2 * (1 + 2 * calls * workloads.length + 1);
  const { [errors]: amount, ...others } = entries;
  const expected = Object.values(others).reduce((sum, each) => sum + each, 0) * 2 * calls;
  const ofErrors = (lines - markers - entries.message - expected) / (2 * calls * amount);
  if (!Number.isInteger(ofErrors) || ofErrors < 1)
    throw new Error(`Expected lines for each entry, got ${ofErrors} for an error`);
}
