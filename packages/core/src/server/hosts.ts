import { processState } from "../process-state.ts";

/** What the process needs of a runtime when it stops or crashes. */
export interface ProcessHost {
  /** Whether the process is this runtime's own: then a signal or a crash is its business, whoever else listens. */
  readonly ownsProcess: boolean;
  readonly settings: { readonly afterRejection: "stay" | "exit" };
  /** Accepts nothing more and waits for what runs, at most `drainTimeout`. */
  stop(): Promise<void>;
  /** Lets the extensions send what they hold. */
  flush(): Promise<void>;
  /** Calls the hook before an exit that the platform did not announce, at most `drainTimeout` long. */
  preStopUnlessCalled(): Promise<void>;
  /** Writes the last lines of all that run, because the process is about to be gone. */
  abandon(exitCode: number): void;
}

/** The runtimes of this process, whichever copy of the package made them. */
export const hosts: Set<ProcessHost> = processState("hosts", () => new Set());
