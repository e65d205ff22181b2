// A disk that is full, and then is not: requests are answered all the same, and no line runs into another.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseLine, parseMarker } from "@fcrt/core/protocol";
import { send, startServer } from "../engine/campaign.mjs";
import { count } from "../engine/figures.mjs";
import { within } from "../engine/programs.mjs";

/** Fills the disk that stdout goes to, and makes room again. */
export async function disk(size) {
  const invocations = size === "full" ? 2000 : 300;
  const folder = mkdtempSync(join(tmpdir(), "fcrt-soak-"));
  const small = mounted(folder);
  const path = small ? join(folder, "stdout") : "/dev/full";
  try {
    return await fill({ invocations, path, ballast: small && join(folder, "ballast") });
  } finally {
    if (small) execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  }
}

async function fill({ invocations, path, ballast }) {
  if (ballast) writeFileSync(ballast, Buffer.alloc(480 * 1024));
  const writing = openSync(path, "a");
  const stdout = () => ({ writing, close: () => closeSync(writing) });
  const { server } = await startServer({ stdout });
  const { port } = server.first;
  const half = { port, invocations: invocations / 2, connections: 50 };
  const full = await send({ ...half, label: "disk" });
  const before = ballast ? readFileSync(path, "utf8") : "";
  const wasFull = !ballast || isFull(ballast);
  if (ballast) rmSync(ballast);
  const roomy = await send({ ...half, first: invocations / 2, label: "disk" });
  server.child.kill("SIGTERM");
  const end = await within(server.exited, "the server to end");
  const text = ballast ? readFileSync(path, "utf8") : "";
  const faults = [...full.faults, ...roomy.faults, ...faultsOfLines(text)];
  if (!wasFull) faults.push("the disk was not full");
  if (end !== 0) faults.push(`the server ended with ${end}`);
  if (ballast && text.length === before.length)
    faults.push("nothing is written when there is room");
  return {
    load: `${count(invocations)} invocations`,
    result: ballast
      ? `full after ${count(before.length)} bytes, all answered; then room for ${count(text.length - before.length)} more, no line runs into another`
      : "/dev/full for a disk (a small one cannot be mounted here), all answered",
    faults,
  };
}

function isFull(ballast) {
  try {
    appendFileSync(ballast, "x".repeat(4096));
    return false;
  } catch {
    return true;
  }
}

// Only who administers the machine may mount.
function mounted(folder) {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

// What a line begins with, where none begins.
const glued = /.(FC \w+ (Start|End) RequestId|\d{4}-\d\d-\d\dT\d\d:)/;

// The one that the disk has cut is there in part.
function faultsOfLines(text) {
  const faulty = text.split("\n").filter((line) => glued.test(line) || !isWhole(line));
  const cut = faulty.findIndex((line) => !glued.test(line));
  if (cut !== -1) faulty.splice(cut, 1);
  return faulty.slice(0, 10).map((line) => `a line that is not whole: ${line.slice(0, 300)}`);
}

function isWhole(line) {
  if (line === "" || line.startsWith("FunctionCompute ")) return true;
  return parseMarker(line) !== undefined || parseLine(line) !== undefined;
}
