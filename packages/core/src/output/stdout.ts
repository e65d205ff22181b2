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
  let closed = false;
  let cut = false;
  return (text) => {
    if (closed) return;
    // A full disk that has taken half a line must not make one of it and the next.
    const came = writeAll(fd, cut ? `\n${text}` : text);
    if (came !== "nothing") cut = came === "a part";
    closed = came === "closed";
    // Otherwise the next `console.log` of anybody ends the process.
    if (closed) process.stdout.on("error", () => {});
  };
}

// Where the bytes of a text stand while they are written. Node's way with a string makes room for each, and does not
// tell how many bytes there were: counting them took 100 nanoseconds of a line's 700.
const scratch = Buffer.allocUnsafeSlow(32 * 1024);

type Came = "whole lines" | "a part" | "nothing" | "closed";

/** @returns what the file descriptor has taken, or that it never takes anything again */
function writeAll(fd: number, text: string): Came {
  const fits = text.length * 3 <= scratch.length;
  const bytes = fits ? scratch : Buffer.from(text);
  const end = fits ? scratch.write(text) : bytes.length;
  let start = 0;
  let pause = 1;
  for (;;) {
    try {
      start += writeSync(fd, bytes, start, end - start);
      if (start === end) return "whole lines";
      pause = 1;
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOSPC" || code === "EDQUOT") return takenOf(bytes, start);
      if (code !== "EAGAIN" && code !== "EINTR") return "closed";
      // The reader is slow, and the pipe does not block because somebody touched `process.stdout`.
      sleep(pause);
      pause = Math.min(pause * 2, 16);
    }
  }
}

function takenOf(bytes: Buffer, length: number): Came {
  if (length === 0) return "nothing";
  return bytes[length - 1] === lineFeed ? "whole lines" : "a part";
}

const lineFeed = 10;

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  Atomics.wait(sleepCell, 0, 0, milliseconds);
}
