import {
  currentInvocation,
  errorText,
  formatLine,
  noRequestId,
  now,
  writeStdout,
} from "@fcrt/core/extension";
import { pino } from "pino";
import type { LogFn, Logger } from "pino";
import { Destination } from "./destination.ts";
import type { Call } from "./destination.ts";
import { fateOf } from "./fate.ts";
import { serializeAtOnce } from "./fields.ts";
import { redactText } from "./line-format.ts";
import { pinoOptionsOf, settingsOf } from "./options.ts";
import type { LoggerOptions } from "./options.ts";
import { printable, printableText } from "./printable.ts";

/**
 * Makes a pino logger whose lines carry the request ID of the invocation that they are written in.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function createLogger<CustomLevels extends string = never>(
  options: LoggerOptions<CustomLevels> = {},
): Logger<CustomLevels> {
  const settings = settingsOf(options);
  const { messageKey = "msg", serializers = {}, formatters, hooks, onChild } = options;

  // pino makes the fields, the destination what stands around them: pino's own head stays empty.
  let fields = "";
  const destination = new Destination(
    settings,
    (line, { call, level, lastMsg, lastObj, lastLogger }) => ({
      level,
      message: messageOf(lastMsg, lastObj, messageKey, lastLogger ?? {}, call),
      messageKey,
      fields: line === "" ? fields : fieldsOf(line),
      errors: call?.errors ?? [],
    }),
  );
  // A binding of a child has that name too; it is serialized once and for all, outside of any call.
  const leaveMessageOut = (value: unknown): unknown => (destination.call ? leftOut : value);

  const logger = pino<CustomLevels>(
    {
      ...pinoOptionsOf(options),
      level: settings.level,
      base: {},
      timestamp: false,
      formatters: { ...formatters, level: () => ({}) },
      serializers: {
        ...(settings.format === "text" && {
          err: (error: unknown) => setAside(error, destination.call),
        }),
        ...serializers,
        [messageKey]: leaveMessageOut,
      },
      onChild(child) {
        keepMessageSerializer(child, messageKey, leaveMessageOut);
        onChild?.(child);
      },
      // Every method is there, and `logMethod` decides: a level can hold for one invocation alone.
      levelComparison: () => true,
      hooks: {
        ...hooks,
        logMethod(args, method, level) {
          const fate = fateOf(this, level, settings);
          if (fate === "skip") return;
          const outer = destination.call;
          destination.call = { errors: [], holding: fate === "hold", formatted: isFormatted(args) };
          logSafely(hooks?.logMethod ?? callMethod, this, args, method, level);
          destination.call = outer;
        },
      },
    },
    destination,
  );
  Reflect.set(logger, messageSerializer, serializers[messageKey]);
  // pino looks names of fields up in these two: `constructor` must not be found.
  for (const table of [pino.symbols.serializersSym, pino.symbols.stringifiersSym]) {
    Object.setPrototypeOf(Reflect.get(logger, table), null);
  }
  serializeAtOnce(logger, options, (json) => (fields = json));
  logger.isLevelEnabled = function isLevelEnabled(this: typeof logger, name: string): boolean {
    const value = this.levels.values[name];
    return value !== undefined && fateOf(this, value, settings) === "write";
  };
  return logger;
}

// pino joins them to a head, which is empty: `{,"a":1,"b":2}\n`.
function fieldsOf(line: string): string {
  const members = line.slice("{,".length, -"}\n".length);
  return members === "" ? "" : `{${members}}`;
}

type LogArguments = Parameters<LogFn>;

// pino leaves a field out whose value is a function.
const leftOut = (): void => {};

// The binding of a child is serialized once and for all: there the error becomes a field.
function setAside(error: unknown, call: Call | undefined): unknown {
  if (!(error instanceof Error)) return error;
  if (!call) return pino.stdSerializers.err(error);
  call.errors.push(error);
  return leftOut;
}

// Where a logger keeps the serializer of its messages; children inherit it.
const messageSerializer = Symbol("fcrt.message-serializer");

function keepMessageSerializer(child: object, messageKey: string, ours: unknown): void {
  const table: Record<string, unknown> = Reflect.get(child, pino.symbols.serializersSym);
  if (table[messageKey] === ours) return;
  Reflect.set(child, messageSerializer, table[messageKey]);
  table[messageKey] = ours;
}

function messageOf(
  given: string | undefined,
  fields: object,
  messageKey: string,
  logger: object,
  call: Call | undefined,
): string | undefined {
  const message: unknown = given ?? Reflect.get(fields, messageKey);
  if (message === undefined) return undefined;
  const serializer: unknown = Reflect.get(logger, messageSerializer);
  const text: unknown = typeof serializer === "function" ? serializer(message) : message;
  // What pino or we have put together may quote an object.
  if (typeof text === "string") return call?.formatted ? redactText(text) : text;
  return redactText(JSON.stringify(text) ?? String(text));
}

function isFormatted(args: LogArguments): boolean {
  return args.length > (typeof args[0] === "object" ? 2 : 1);
}

type Log = (this: Logger, args: LogArguments, method: LogFn, level: number) => void;

function callMethod(this: Logger, args: LogArguments, method: LogFn): void {
  method.apply(this, args);
}

// How many log calls are on their way, each made by a value, a serializer or a mixin that the one before runs.
let nesting = 0;
const deepest = 2;

// A value may refuse to be read, or log itself when it is, and somebody's serializer may throw: none of that is the
// caller's concern.
function logSafely(
  log: Log,
  logger: Logger,
  args: LogArguments,
  method: LogFn,
  level: number,
): void {
  nesting += 1;
  try {
    if (nesting > deepest) writeError("A line was left out: it is made while another one is made");
    else log.call(logger, args, method, level);
  } catch {
    retry(() => log.call(logger, copyOf(args), method, level));
  } finally {
    nesting -= 1;
  }
}

function retry(log: () => void): void {
  try {
    log();
  } catch (error) {
    writeError(`A line could not be made: ${errorText(error)}`);
  }
}

function writeError(message: string): void {
  const requestId = currentInvocation()?.requestId ?? noRequestId;
  writeStdout(formatLine(now(), requestId, "ERROR", message));
}

// Fields stay fields, so that the message behind them stays the message.
function copyOf([first, ...others]: LogArguments): LogArguments {
  const fields = printable(first);
  const wasObject = typeof first === "object" && first !== null;
  const copy: LogArguments = [wasObject && typeof fields === "string" ? { value: fields } : fields];
  copy.push(...others.map(printableText));
  return copy;
}
