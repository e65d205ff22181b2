import {
  currentInvocation,
  errorText,
  formatLine,
  noRequestId,
  redactSecrets,
  writeStdout,
} from "@fcrt/core/extension";
import { pino } from "pino";
import type { LogFn, Logger } from "pino";
import { Destination } from "./destination.ts";
import type { Call } from "./destination.ts";
import { fateOf } from "./fate.ts";
import { pinoOptionsOf, settingsOf } from "./options.ts";
import type { LoggerOptions } from "./options.ts";
import { printable } from "./printable.ts";

/**
 * Makes a pino logger whose lines carry the request ID of the invocation that they are written in.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function createLogger<CustomLevels extends string = never>(
  options: LoggerOptions<CustomLevels> = {},
): Logger<CustomLevels> {
  const settings = settingsOf(options);
  const { messageKey = "msg", serializers = {}, formatters, hooks } = options;

  // pino makes the fields, the destination what stands around them: pino's own head stays empty.
  const destination = new Destination(settings, (line, { call, level, lastMsg, lastObj }) => ({
    level,
    message: messageOf(lastMsg ?? Reflect.get(lastObj, messageKey), serializers[messageKey]),
    messageKey,
    fields: line.slice("{,".length, -"}\n".length),
    errors: call?.errors ?? [],
  }));

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
        [messageKey]: () => leftOut,
      },
      // Every method is there, and `logMethod` decides: a level can hold for one invocation alone.
      levelComparison: () => true,
      hooks: {
        ...hooks,
        logMethod(args, method, level) {
          const fate = fateOf(this, level, settings);
          if (fate === "skip") return;
          const log = hooks?.logMethod ?? callMethod;
          const outer = destination.call;
          logSafely((values) => {
            destination.call = { errors: [], holding: fate === "hold" };
            log.call(this, values, method, level);
          }, args);
          destination.call = outer;
        },
      },
    },
    destination,
  );
  // pino looks names of fields up in these two: `constructor` must not be found.
  for (const table of [pino.symbols.serializersSym, pino.symbols.stringifiersSym]) {
    Object.setPrototypeOf(Reflect.get(logger, table), null);
  }
  logger.isLevelEnabled = function isLevelEnabled(this: typeof logger, name: string): boolean {
    const value = this.levels.values[name];
    return value !== undefined && fateOf(this, value, settings) === "write";
  };
  return logger;
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

// What pino has put together itself may quote an object.
function messageOf(
  message: unknown,
  serializer: ((value: unknown) => unknown) | undefined,
): string | undefined {
  if (message === undefined) return undefined;
  const text: unknown = serializer ? serializer(message) : message;
  return redactSecrets(typeof text === "string" ? text : (JSON.stringify(text) ?? ""));
}

function callMethod(this: Logger, args: LogArguments, method: LogFn): void {
  method.apply(this, args);
}

// How many log calls are on their way, each made by a value that the one before reads.
let nesting = 0;
const deepest = 4;

// A value may refuse to be read, or log itself when it is, and somebody's serializer may throw: none of that is the
// caller's concern.
function logSafely(log: (args: LogArguments) => void, args: LogArguments): void {
  nesting += 1;
  try {
    log(nesting > deepest ? wordsOf(args) : args);
  } catch {
    retry(log, args);
  } finally {
    nesting -= 1;
  }
}

function retry(log: (args: LogArguments) => void, args: LogArguments): void {
  try {
    const [first, ...others] = args;
    const copy: LogArguments = [printable(first)];
    copy.push(...others.map(printable));
    log(nesting > deepest ? wordsOf(args) : copy);
  } catch (error) {
    const message = `A line could not be made: ${errorText(error)}`;
    writeStdout(
      formatLine(Date.now(), currentInvocation()?.requestId ?? noRequestId, "ERROR", message),
    );
  }
}

function wordsOf(args: LogArguments): LogArguments {
  return [args.find((value) => typeof value === "string") ?? "[a value that logs itself]"];
}
