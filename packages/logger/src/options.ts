import {
  invalid,
  refuseUnknown,
  writeStdout,
  formatLine,
  noRequestId,
  now,
} from "@fcrt/core/extension";
import type { Multiline } from "@fcrt/core/extension";
import type { LoggerOptions as PinoOptions } from "pino";

/** Options of pino's own that mean the same here. */
type SharedPinoOptions<CustomLevels extends string> = Pick<
  PinoOptions<CustomLevels>,
  | "customLevels"
  | "depthLimit"
  | "edgeLimit"
  | "enabled"
  | "errorKey"
  | "formatters"
  | "hooks"
  | "messageKey"
  | "mixin"
  | "mixinMergeStrategy"
  | "msgPrefix"
  | "name"
  | "nestedKey"
  | "onChild"
  | "redact"
  | "serializers"
  | "useOnlyCustomLevels"
>;

/** How lines look. */
export interface FormatOptions {
  /**
   * `text`: the platform's recommended line, fields as JSON behind the message. `json`: a JSON object a line, with
   * `time`, `level`, `requestId`, `functionName`, and `trace_id` and `span_id` of the active span.
   * @default "text", or `FCRT_LOG_FORMAT`
   */
  readonly format?: "text" | "json";
  /**
   * In `text`, what becomes of line breaks. `prefix`: every line gets the prefix. `indent`: later lines are indented.
   * `escape`: breaks are spelled out.
   * @default "prefix", or `FCRT_LOG_MULTILINE`
   */
  readonly multiline?: Multiline;
  /**
   * In `text`, what follows the time. The contract has nothing there, the built-in runtimes `Z`.
   * @default ""
   */
  readonly timeSuffix?: "" | "Z";
  /**
   * One write for each turn of the event loop instead of one for each line. A kill loses what was not written yet.
   * @default false, or `FCRT_LOG_BUFFERED`
   */
  readonly buffered?: boolean;
}

/** How a logger is made; what is not here is pino's. */
export interface LoggerOptions<CustomLevels extends string = never>
  extends FormatOptions, SharedPinoOptions<CustomLevels> {
  /**
   * The lowest level that is written.
   * @default `FCRT_LOG_LEVEL`, else `ALIYUN_FC_LOG_LEVEL`, else `LOG_LEVEL`, in any case, else "info"
   */
  readonly level?: string;
  /**
   * The share of invocations that write from `debug` up, from 0 to 1.
   * @default 0, or `FCRT_LOG_DEBUG_SAMPLE`
   */
  readonly debugSample?: number;
  /**
   * Lines from this level up that are below `level` are held for the invocation, and printed if it fails; 256 KB of
   * them, the oldest give way.
   * @default none, or `FCRT_LOG_BUFFER_UNTIL_ERROR`
   */
  readonly bufferUntilError?: string | undefined;
}

/** The options of this package's own, each with its value. */
export interface Settings {
  readonly format: "text" | "json";
  readonly multiline: Multiline;
  readonly timeSuffix: "" | "Z";
  readonly buffered: boolean;
  readonly level: string;
  readonly debugSample: number;
  readonly bufferUntilError: string | undefined;
}

/**
 * Reads options and environment, once.
 *
 * @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID
 */
export function settingsOf<CustomLevels extends string>(
  options: LoggerOptions<CustomLevels>,
): Settings {
  refuseUnknown("option", options, [...ownNames, ...pinoNames]);
  const { customLevels = {}, useOnlyCustomLevels = false } = options;
  const levels = [...Object.keys(customLevels), ...(useOnlyCustomLevels ? [] : standardLevels)];
  const known = [...levels, "silent"];
  const level = options.level ?? levelOf(levels);
  check("level", level, known);
  return Object.freeze({
    ...formatSettingsOf(options),
    level,
    debugSample: shareOf(options.debugSample),
    bufferUntilError: heldLevelOf(options.bufferUntilError, known),
  });
}

/** @throws FcrtError FCRT_OPTION_INVALID */
export function formatSettingsOf(options: FormatOptions): Required<FormatOptions> {
  const settings = {
    format: options.format ?? choiceOf("FCRT_LOG_FORMAT", formats, "text"),
    multiline: options.multiline ?? choiceOf("FCRT_LOG_MULTILINE", multilines, "prefix"),
    timeSuffix: options.timeSuffix ?? "",
    buffered: options.buffered ?? choiceOf("FCRT_LOG_BUFFERED", switches, "off") === "on",
  };
  check("format", settings.format, formats);
  check("multiline", settings.multiline, multilines);
  check("timeSuffix", settings.timeSuffix, ["", "Z"]);
  check("buffered", settings.buffered, [true, false]);
  return settings;
}

/** The names of the options that `fcDestination` takes. */
export const formatNames: readonly (keyof FormatOptions)[] = [
  "format",
  "multiline",
  "timeSuffix",
  "buffered",
];

const ownNames = [...formatNames, "level", "debugSample", "bufferUntilError"];

/** Those of pino's own options that are given. */
export function pinoOptionsOf<CustomLevels extends string>(
  options: LoggerOptions<CustomLevels>,
): SharedPinoOptions<CustomLevels> {
  const given = pinoNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

const pinoNames: readonly (keyof SharedPinoOptions<string>)[] = [
  "customLevels",
  "depthLimit",
  "edgeLimit",
  "enabled",
  "errorKey",
  "formatters",
  "hooks",
  "messageKey",
  "mixin",
  "mixinMergeStrategy",
  "msgPrefix",
  "name",
  "nestedKey",
  "onChild",
  "redact",
  "serializers",
  "useOnlyCustomLevels",
];

const standardLevels = ["trace", "debug", "info", "warn", "error", "fatal"];
const formats = ["text", "json"] as const;
const multilines = ["prefix", "indent", "escape"] as const;
const switches = ["on", "off"] as const;

const warned = new Set<string>();

// A function must start whatever an operator writes there, so a level of the environment is no error.
function levelOf(levels: readonly string[]): string {
  const name = ["FCRT_LOG_LEVEL", "ALIYUN_FC_LOG_LEVEL", "LOG_LEVEL"].find(textOf);
  const byDefault = levels.includes("info") ? "info" : (levels[0] ?? "silent");
  if (!name) return byDefault;
  const level = textOf(name)?.toLowerCase() ?? "";
  if (level === "silent" || levels.includes(level)) return level;
  if (!warned.has(name)) {
    warned.add(name);
    const message = `Expected \`${name}\` to be one of ${levels.join(", ")}, got \`${textOf(name)}\`: ${byDefault} it is`;
    writeStdout(formatLine(now(), noRequestId, "WARN", message));
  }
  return byDefault;
}

function choiceOf<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  byDefault: Choice,
): Choice {
  const text = textOf(name)?.toLowerCase();
  if (text === undefined) return byDefault;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw invalid(name, oneOf(choices), text);
  return choice;
}

function shareOf(option: number | undefined): number {
  const text = option === undefined ? textOf("FCRT_LOG_DEBUG_SAMPLE") : undefined;
  const share = text === undefined ? (option ?? 0) : Number(text);
  if (share >= 0 && share <= 1) return share;
  throw invalid(
    text === undefined ? "debugSample" : "FCRT_LOG_DEBUG_SAMPLE",
    "a number from 0 to 1",
    text ?? option,
  );
}

function heldLevelOf(option: string | undefined, levels: readonly string[]): string | undefined {
  const text =
    option === undefined ? textOf("FCRT_LOG_BUFFER_UNTIL_ERROR")?.toLowerCase() : undefined;
  const level = option ?? text;
  if (level !== undefined)
    check(text ? "FCRT_LOG_BUFFER_UNTIL_ERROR" : "bufferUntilError", level, levels);
  return level;
}

function textOf(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}

function check(name: string, value: unknown, choices: readonly unknown[]): void {
  if (!choices.includes(value)) throw invalid(name, oneOf(choices), value);
}

function oneOf(choices: readonly unknown[]): string {
  return `one of ${choices.map((choice) => `\`${JSON.stringify(choice)}\``).join(", ")}`;
}
