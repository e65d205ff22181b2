// A disk that is full, and then is not: requests are answered all the same, and no line runs into another.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseLine, parseMarker } from "@fcrt/core/protocol";
import { faultsOfEnd, send, startServer } from "../engine/campaign.mjs";
import { count } from "../engine/figures.mjs";

/** Fills the disk that stdout goes to, and makes room again. */
export async function disk(size) {
  const invocations = size === "full" ? 2000 : 300;
  const folder = mkdtempSync(join(tmpdir(), "fcrt-soak-"));
  const isSmall = mounted(folder);
  try {
    if (isSmall) return await fillAndMakeRoom(folder, invocations);
    if (existsSync("/dev/full")) return await neverWrite("/dev/full", invocations);
    return { load: "none", result: "no full disk can be had here", faults: [] };
  } finally {
    if (isSmall) execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true });
  }
}

async function fillAndMakeRoom(folder, invocations) {
  const path = join(folder, "stdout");
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, Buffer.alloc(480 * 1024));
  const server = await startWritingTo(path);
  const half = { port: server.first.port, invocations: invocations / 2, connections: 50 };
  const full = await send(half);
  const atFirst = readFileSync(path, "utf8");
  const wasFull = isFull(ballast);
  rmSync(ballast);
  const roomy = await send({ ...half, first: invocations / 2 });
  const faults = [...full.faults, ...roomy.faults, ...(await faultsOfEnd(server))];
  const text = readFileSync(path, "utf8");
  faults.push(...faultsOfLines(text));
  if (!wasFull) faults.push("the disk was not full");
  if (text.length === atFirst.length) faults.push("nothing is written when there is room");
  return {
    load: `${count(invocations)} invocations`,
    result: `full after ${count(atFirst.length)} bytes, then room for ${count(text.length - atFirst.length)} more; all answered, no line runs into another`,
    faults,
  };
}

async function neverWrite(path, invocations) {
  const server = await startWritingTo(path);
  const sent = await send({ port: server.first.port, invocations, connections: 50 });
  return {
    load: `${count(invocations)} invocations`,
    result: `${path} for a disk, as a small one cannot be mounted here; all answered`,
    faults: [...sent.faults, ...(await faultsOfEnd(server))],
  };
}

async function startWritingTo(path) {
  const writing = openSync(path, "a");
  const stdout = () => ({ writing, close: () => closeSync(writing) });
  const { server } = await startServer({ stdout });
  return server;
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
