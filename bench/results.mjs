// What was measured, with what, on what: each scenario by itself, for each is one run.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, release, totalmem, type } from "node:os";
import { run } from "../scripts/processes.mjs";

const folder = new URL("results/", import.meta.url);
const latest = new URL("latest.json", folder);
const manifest = new URL("package.json", import.meta.url);

/** The results that are kept, by scenario. */
export function readLatest() {
  return existsSync(latest) ? JSON.parse(readFileSync(latest, "utf8")) : {};
}

/** Puts the result of a scenario in the place of the one that is kept; resolves to all that are. */
export async function keep(scenario, result) {
  mkdirSync(folder, { recursive: true });
  const results = { ...readLatest(), [scenario]: result };
  writeFileSync(latest, JSON.stringify(results));
  await run("oxfmt", ["bench/results/latest.json"], { quiet: true });
  return results;
}

/** Adds to tables when, on what and with what they were measured. */
export function resultOf(tables) {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
      system: `${type()} ${release()} ${arch()}`,
      node: process.version,
    },
    versions: versions(),
    tables,
  };
}

// With a `+` when the files are not those of the commit.
function commit() {
  try {
    const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
    const changed = git("status", "--porcelain", "--", "packages", "bench/*.mjs", "bench/*/*.mjs");
    return git("rev-parse", "--short=12", "HEAD") + (changed === "" ? "" : "+");
  } catch {
    return "unknown";
  }
}

function versions() {
  const { dependencies } = JSON.parse(readFileSync(manifest, "utf8"));
  const entries = Object.entries(dependencies);
  return Object.fromEntries(entries.filter(([, version]) => !version.startsWith("workspace:")));
}
