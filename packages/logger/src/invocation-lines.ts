import { extend, processState, writeStdout } from "@fcrt/core/extension";
import type { Invocation } from "@fcrt/core/extension";

/** What the logger keeps of one invocation. */
interface State {
  /** Whether `debugSample` has chosen this invocation; decided at the first line. */
  sampled: boolean | undefined;
  /** Lines that are printed only if the invocation fails, oldest first. */
  readonly held: string[];
  heldSize: number;
  dropped: number;
  /** Says how many were dropped, in the format of the others. */
  notice: (dropped: number) => string;
  /** Whether a line after the End marker was told of. */
  late: boolean;
}

// One for all copies of this package.
const { states, extension } = processState("log-lines", () => ({
  states: new WeakMap<Invocation, State>(),
  extension: { added: false },
}));

/** Whether `debugSample` lets this invocation write from `debug` up. */
export function isSampled(invocation: Invocation, rate: number): boolean {
  const state = stateOf(invocation);
  state.sampled ??= Math.random() < rate;
  return state.sampled;
}

/** Keeps a line until the invocation has failed or succeeded; the oldest give way when it is too much. */
export function hold(invocation: Invocation, line: string, notice: State["notice"]): void {
  printHeldAtEnd();
  const state = stateOf(invocation);
  state.notice = notice;
  state.held.push(line);
  state.heldSize += line.length;
  while (state.heldSize > mostHeld) {
    state.heldSize -= state.held.shift()?.length ?? 0;
    state.dropped += 1;
  }
}

/**
 * Whether this is the first line after an invocation has ended and its response is gone. Until then the platform
 * waits: frameworks that log a request when its response is finished are not too late.
 */
export function isFirstLateLine(invocation: Invocation): boolean {
  if (!invocation.ended || invocation.response?.closed === false) return false;
  const state = stateOf(invocation);
  const first = !state.late;
  state.late = true;
  return first;
}

const mostHeld = 256 * 1024;

function stateOf(invocation: Invocation): State {
  let state = states.get(invocation);
  if (!state) {
    state = { sampled: undefined, held: [], heldSize: 0, dropped: 0, notice: String, late: false };
    states.set(invocation, state);
  }
  return state;
}

function printHeldAtEnd(): void {
  if (extension.added) return;
  extension.added = true;
  extend({
    end(invocation) {
      const state = states.get(invocation);
      if (!state || state.held.length === 0) return;
      const lines = state.held.splice(0);
      if (invocation.outcome.status === "success") return;
      if (state.dropped > 0) lines.unshift(state.notice(state.dropped));
      writeStdout(lines.join(""));
    },
  });
}
