import { execFileSync } from "node:child_process";
import { onFirstCore, programOf } from "../peer.mjs";
import { inRounds, tableOf } from "../rounds.mjs";

export const about = "What it adds to a cold start to import a package, alone in a process.";

const compared = [
  { name: "pino" },
  { name: "@fcrt/core", ours: true },
  { name: "@fcrt/logger", ours: true },
  { name: "@fcrt/logger/register", ours: true },
  { name: "@fcrt/trace", ours: true },
  { name: "@opentelemetry/sdk-trace-base" },
  { name: "winston" },
  { name: "@aws-lambda-powertools/logger" },
];

export async function measure(size) {
  const rounds = size === "quick" ? 3 : 31;
  const results = await inRounds("import", compared, rounds, timeOf);
  return [tableOf("Import", "ms", results, (time) => time)];
}

function timeOf({ name }) {
  const [command, ...args] = onFirstCore(process.execPath, programOf("import.mjs"), name);
  return Number(execFileSync(command, args, { encoding: "utf8" }));
}
