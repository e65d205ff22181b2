import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { freePort } from "./child.ts";

const binary = binaryOf("@streamfold/rotel-linux-x64/bin/rotel-agent");

/** Whether the real collector is here: it is a program for Linux on x64 only. */
export const hasRotel: boolean = binary !== undefined;

if (!hasRotel)
  process.emitWarning(
    `@streamfold/rotel-linux-x64 is not installed on ${process.platform} ${process.arch}: not tested`,
  );

/**
 * Starts rotel, a collector that others have written, and returns its address. It takes OTLP over HTTP at `path`, and
 * sends what it has understood on to `forwardTo` (to `/v1/traces` there), at once and in its own encoding. It ends with the test.
 */
export async function startRotel(path: string, forwardTo: string): Promise<string> {
  const [http, grpc] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), "fcrt-rotel-"));
  const flags = {
    "otlp-http-endpoint": `127.0.0.1:${http}`,
    "otlp-grpc-endpoint": `127.0.0.1:${grpc}`,
    "otlp-receiver-traces-http-path": path,
    exporter: "otlp",
    "otlp-exporter-protocol": "http",
    "otlp-exporter-endpoint": forwardTo,
    "batch-timeout": "10ms",
    "pid-file": join(folder, "pid"),
    "log-file": join(folder, "log"),
  };
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const rotel = spawn(binary ?? "", ["start", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [rotel.stdout, rotel.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exited = new Promise<void>((resolve) => rotel.once("close", () => resolve()));
  onTestFinished(async () => {
    rotel.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  await expect
    .poll(async () => (await listens(http)) || output, { timeout: 10_000, interval: 20 })
    .toBe(true);
  return `http://127.0.0.1:${http}`;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return connected;
}

function binaryOf(file: string): string | undefined {
  try {
    const path = createRequire(import.meta.url).resolve(file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
