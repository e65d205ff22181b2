// A handler that writes lines in a loop, as many as a pipe takes: the reader keeps up whoever else uses the machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { median, withSpread } from "../figures.mjs";
import { amounts, errors } from "../logging.mjs";
import {
  answerTo,
  commandOf,
  environmentOf,
  eventCall,
  firstAnswerTo,
  freePort,
  preStopCall,
} from "../peer.mjs";

const text = "log-text";
/** What is promised of the speed of text lines, written at once, against each of the others. */
const goals = {
  [text]: "",
  "log-buffered": "≤ 0.33",
  "log-json": "",
  "log-pino-sync": "≥ 1.00",
  "log-pino": "",
  "log-winston": "≥ 2.50",
  "log-powertools": "≥ 2.50",
  "log-console": "",
  "log-limit": "≥ 0.85",
};
const rounds = 8;
const calls = 150;

/** Resolves to rows of a table: for each workload the time of an entry, and how it compares to ours. */
export async function log() {
  const results = new Map(Object.keys(goals).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measured] of results) measured.push(await measure(name));
  }
  const ours = results.get(text);
  return Object.keys(amounts).flatMap((workload) =>
    [...results].map(([name, measured]) => ({
      workload,
      logger: name.replace("log-", ""),
      "ns/entry": Math.round(median(measured.map((times) => times[workload]))),
      "text is … times as fast": withSpread(
        measured.map((times, round) => times[workload] / ours[round][workload]),
      ),
      goal: goals[name],
    })),
  );
}

/** Resolves to the nanoseconds of an entry, by workload, in a process of its own. */
async function measure(name) {
  const peer = await startLogging(name);
  const times = {};
  await firstAnswerTo(peer.port, callOf("message"));
  for (const workload of Object.keys(amounts)) {
    await run(peer, workload);
    times[workload] = await run(peer, workload);
  }
  checkWork(name, await peer.stop());
  return times;
}

async function run({ port }, workload) {
  let nanoseconds = 0;
  for (let call = 0; call < calls; call += 1) {
    const { body } = await answerTo(port, callOf(workload));
    nanoseconds += JSON.parse(body).nanoseconds;
  }
  return nanoseconds / (calls * amounts[workload]);
}

// Who writes less is not faster. An error may take several lines, each the same number.
function checkWork(name, lines) {
  const markers = 1 + 2 * (1 + 2 * calls * Object.keys(amounts).length + 1);
  const { [errors]: amount, ...others } = amounts;
  const entries = Object.values(others).reduce((sum, each) => sum + each, 0) * 2 * calls;
  const ofErrors = (lines - markers - amounts.message - entries) / (2 * calls * amount);
  if (!Number.isInteger(ofErrors) || ofErrors < 1)
    throw new Error(`Expected \`${name}\` to write each entry, got ${ofErrors} lines for an error`);
}

function callOf(workload) {
  return { ...eventCall, body: JSON.stringify({ workload }) };
}

// What Node makes for a child's stdout is a pair of sockets; the platform has a pipe, and so has the shell.
async function startLogging(name) {
  const port = await freePort();
  const child = spawn("/bin/sh", ["-c", '"$@" | wc -l', "sh", ...commandOf(name)], {
    env: environmentOf(port),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let counted = "";
  child.stdout.setEncoding("utf8").on("data", (part) => (counted += part));
  // Some tell of errors there.
  let lines = 0;
  child.stderr.on("data", (chunk) => {
    for (const byte of chunk) if (byte === 10) lines += 1;
  });
  return { port, stop };

  /** Resolves to the number of lines that it has written. */
  async function stop() {
    await answerTo(port, preStopCall);
    await once(child, "close");
    return Number(counted) + lines;
  }
}
