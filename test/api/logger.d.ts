import { DestinationStream, Logger, Logger as Logger$1, LoggerOptions as LoggerOptions$1 } from "pino";
import { Multiline } from "@fcrt/core/extension";
declare const logger: Logger$1;
type SharedPinoOptions<CustomLevels extends string> = Pick<LoggerOptions$1<CustomLevels>, "customLevels" | "depthLimit" | "edgeLimit" | "enabled" | "errorKey" | "formatters" | "hooks" | "messageKey" | "mixin" | "mixinMergeStrategy" | "msgPrefix" | "name" | "nestedKey" | "onChild" | "redact" | "serializers" | "useOnlyCustomLevels">;
interface FormatOptions {
  readonly format?: "text" | "json";
  readonly multiline?: Multiline;
  readonly timeSuffix?: "" | "Z";
  readonly buffered?: boolean;
}
interface LoggerOptions<CustomLevels extends string = never> extends FormatOptions, SharedPinoOptions<CustomLevels> {
  readonly level?: string;
  readonly debugSample?: number;
  readonly bufferUntilError?: string | undefined;
}
declare function createLogger<CustomLevels extends string = never>(options?: LoggerOptions<CustomLevels>): Logger$1<CustomLevels>;
declare function fcDestination(options?: FormatOptions): DestinationStream;
declare function captureConsole(logger?: Logger$1): () => void;
declare function withLevel<Result>(level: string, run: () => Result): Result;
export { type FormatOptions, type Logger, type LoggerOptions, captureConsole, createLogger, fcDestination, logger, withLevel };
