import { afterEach, beforeEach } from "vitest";
import { expectNoCanary } from "./no-canary.ts";

/** The lines that core writes in this process, from the start of each test; they do not reach the real stdout. */
export function captureStdout(): {
  readonly lines: readonly string[];
  readonly text: string;
  /** Begins anew, for a test that writes more than is to be kept. */
  forget(): void;
} {
  let text = "";
  let restore = (): void => {};

  beforeEach(() => {
    text = "";
    const stdout = stdoutOfProcess();
    const { write } = stdout;
    stdout.write = (written) => {
      text += written;
    };
    restore = () => {
      stdout.write = write;
    };
  });
  afterEach(() => {
    restore();
    expectNoCanary("the lines of a test", text);
  });

  return {
    get lines() {
      return text.split("\n").slice(0, -1);
    },
    get text() {
      return text;
    },
    forget() {
      text = "";
    },
  };
}

// Core's one writer, which all of its copies share; importing core has put it here.
function stdoutOfProcess(): { write(text: string): void } {
  return (globalThis as unknown as Record<symbol, { write(text: string): void }>)[
    Symbol.for("fcrt.stdout.v1")
  ]!;
}
