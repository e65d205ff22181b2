import { writeSync } from "node:fs";
import { processState } from "../process-state.ts";

/** The only writer of stdout. Whoever replaces `write` gets every line of the process. */
interface Stdout {
  write(text: string): void;
  /** What waits for the end of this turn of the event loop. */
  buffered: string;
  flushedOnExit: boolean;
}

const stdout = processState<Stdout>("stdout", () => ({
  write: createWriter(1),
  buffered: "",
  flushedOnExit: false,
}));

/**
 * Writes text to stdout at once, after what is buffered: when the call returns, every byte is in the pipe and survives
 * a kill. A full pipe is waited for. A closed one swallows what comes, and never throws.
 */
export function writeStdout(text: string): void {
  const { buffered } = stdout;
  stdout.buffered = "";
  stdout.write(buffered + text);
}

/**
 * Writes text to stdout at the end of this turn of the event loop, or with the next `writeStdout`, or when the process
 * exits: one write for many lines, which a kill in between loses.
 */
export function bufferStdout(text: string): void {
  if (!stdout.flushedOnExit) process.on("exit", flushStdout);
  stdout.flushedOnExit = true;
  if (stdout.buffered === "") setImmediate(flushStdout);
  stdout.buffered += text;
  if (stdout.buffered.length > mostBuffered) flushStdout();
}

/** Writes what is buffered. */
export function flushStdout(): void {
  if (stdout.buffered !== "") writeStdout("");
}

const mostBuffered = 64 * 1024;

function createWriter(fd: number): (text: string) => void {
  const reused = Buffer.allocUnsafe(16 * 1024);
  let closed = false;

  return (text) => {
    if (closed) return;
    // A character takes at most three bytes: what fits needs no buffer of its own.
    const fits = text.length * 3 <= reused.length;
    const bytes = fits ? reused : Buffer.from(text);
    closed = !writeAll(fd, bytes, fits ? reused.write(text) : bytes.length);
    // Otherwise the next `console.log` of anybody ends the process.
    if (closed) process.stdout.on("error", () => {});
  };
}

/** @returns whether the file descriptor can take more */
function writeAll(fd: number, bytes: Buffer, length: number): boolean {
  let offset = 0;
  let pause = 1;
  while (offset < length) {
    try {
      offset += writeSync(fd, bytes, offset, length - offset);
      pause = 1;
    } catch (error) {
      const code = codeOf(error);
      if (code !== "EAGAIN" && code !== "EINTR") return code === "ENOSPC" || code === "EDQUOT";
      // The reader is slow, and the pipe does not block because somebody touched `process.stdout`.
      sleep(pause);
      pause = Math.min(pause * 2, 16);
    }
  }
  return true;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  Atomics.wait(sleepCell, 0, 0, milliseconds);
}
