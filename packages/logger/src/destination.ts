import {
  bufferStdout,
  currentInvocation,
  flushStdout,
  handleProcessEvents,
  now,
  writeStdout,
} from "@fcrt/core/extension";
import { refuseUnknown } from "@fcrt/core/extension";
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import { hold, isFirstLateLine } from "./invocation-lines.ts";
import { lineFormatOf } from "./line-format.ts";
import type { Content, LineFormat } from "./line-format.ts";
import { formatNames, formatSettingsOf } from "./options.ts";
import type { FormatOptions } from "./options.ts";

/**
 * Where an existing pino set-up writes to adopt the format alone: `pino(options, fcDestination())`. Level, message,
 * fields and error are read from what pino makes; process ID and host name, which say nothing here, are left out.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function fcDestination(options: FormatOptions = {}): DestinationStream {
  refuseUnknown("option", options, formatNames);
  const settings = formatSettingsOf(options);
  return new Destination(settings, pinoLineReader(settings.format));
}

/** What belongs to one log call while pino makes its line. */
export interface Call {
  /** Errors that are printed as text, not as fields. */
  readonly errors: unknown[];
  /** Whether the line waits for the outcome of its invocation. */
  readonly holding: boolean;
  /** Whether the message is put together from several values. */
  readonly formatted: boolean;
}

/** A pino stream whose lines are the platform's. pino tells it of each line before it writes it. */
export class Destination implements DestinationStream {
  lastLevel = 0;
  lastMsg: string | undefined;
  lastObj: object = {};
  lastLogger: Logger | undefined;
  /** The call whose line pino makes now; a value that logs while it is read brings one of its own. */
  call: Call | undefined;

  readonly #format: LineFormat;
  readonly #read: (line: string, destination: Destination) => Content;
  readonly #send: (text: string) => void;

  constructor(
    options: Required<FormatOptions>,
    read: (line: string, destination: Destination) => Content,
  ) {
    this.#format = lineFormatOf(options);
    this.#read = read;
    this.#send = options.buffered ? bufferStdout : writeStdout;
    if (options.buffered) handleProcessEvents();
    Object.defineProperty(this, Symbol.for("pino.metadata"), { value: true });
  }

  /** The name of the level of the line that pino writes now. */
  get level(): string {
    return (
      this.lastLogger?.levels.labels[this.lastLevel] ??
      standardLevels[this.lastLevel] ??
      String(this.lastLevel)
    );
  }

  write(line: string): void {
    const time = now();
    const invocation = currentInvocation();
    const text = this.#format(time, invocation, this.#read(line, this));
    if (this.call?.holding && invocation && !invocation.ended) {
      hold(invocation, text, (dropped) => this.#notice(`${dropped} earlier lines were dropped`));
      return;
    }
    this.#send(text);
    if (invocation && isFirstLateLine(invocation)) {
      this.#send(
        this.#notice(
          `Invocation ${invocation.requestId} has ended: what it still writes can be lost`,
        ),
      );
    }
  }

  flush(done?: (error?: Error) => void): void {
    flushStdout();
    done?.();
  }

  flushSync(): void {
    flushStdout();
  }

  #notice(message: string): string {
    const content = { level: "warn", message, messageKey: "msg", fields: "", errors: [] };
    return this.#format(now(), currentInvocation(), content);
  }
}

const standardLevels: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

// Reads the line of a pino that somebody else has set up; another copy of pino does not tell its keys.
function pinoLineReader(
  format: "text" | "json",
): (line: string, destination: Destination) => Content {
  return (line, destination) => {
    const { lastLogger, lastMsg } = destination;
    const messageKey = keyOf(lastLogger, pino.symbols.messageKeySym) ?? "msg";
    const errorKey = keyOf(lastLogger, pino.symbols.errorKeySym) ?? "err";
    let record: Record<string, unknown>;
    try {
      record = JSON.parse(line);
    } catch {
      return {
        level: destination.level,
        message: line.trimEnd(),
        messageKey,
        fields: "",
        errors: [],
      };
    }
    const {
      level,
      time: _time,
      pid: _pid,
      hostname: _hostname,
      [messageKey]: message,
      ...rest
    } = record;
    const errors = format === "text" ? takeError(rest, errorKey) : [];
    const fields = JSON.stringify(rest);
    return {
      level: lastLogger ? destination.level : String(level),
      message:
        lastMsg ??
        (message === undefined || typeof message === "string" ? message : JSON.stringify(message)),
      messageKey,
      fields: fields === "{}" ? "" : fields,
      errors,
    };
  };
}

function keyOf(logger: Logger | undefined, symbol: symbol): string | undefined {
  const key: unknown = logger && Reflect.get(logger, symbol);
  return typeof key === "string" ? key : undefined;
}

// What pino's serializer has made of an error: type, message and stack become text, the rest stays a field.
function takeError(record: Record<string, unknown>, key: string): unknown[] {
  const error = record[key];
  if (typeof error !== "object" || error === null || !("stack" in error)) return [];
  const { type, message, stack, ...rest } = { type: "Error", message: "", ...error };
  if (Object.keys(rest).length > 0) record[key] = rest;
  else delete record[key];
  return [{ name: type, message, stack }];
}
