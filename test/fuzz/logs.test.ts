import { parseLine } from "@fcrt/core/protocol";
import { captureConsole, createLogger } from "@fcrt/logger";
import type { Logger } from "@fcrt/logger";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { fuzz } from "./fuzz.ts";
import { expectHonest, expectNoSecret } from "./stdout.ts";
import { anyText } from "./texts.ts";
import { anyRecipe, valueOf } from "./values.ts";

const captured = captureStdout();

const styles = [
  ["text", "prefix"],
  ["text", "escape"],
  ["json", "prefix"],
] as const;

/** How a value and a text get into a log call. */
const calls: Readonly<Record<string, (logger: Logger, value: unknown, text: string) => void>> = {
  alone: (logger, value) => call(logger.error, logger, value),
  fields: (logger, value, text) => call(logger.info, logger, value, text),
  field: (logger, value, text) => logger.warn({ value, [text]: text }, text),
  err: (logger, value, text) => logger.fatal({ err: value }, text),
  message: (logger, value, text) => call(logger.info, logger, { text }, value),
  formatted: (logger, value, text) =>
    call(logger.info, logger, "%s %d %j %o %O", text, 7, value, value, value),
  // `%s` makes a bare text of a list, where no name is told from a value any more.
  format: (logger, value, text) =>
    call(logger.info, logger, text.replaceAll("%s", "%o"), value, value),
  child: (logger, value, text) => logger.child({ value, [text]: value }).error({ text }, text),
  "msgPrefix of a child": (logger, value, text) =>
    logger.child({}, { msgPrefix: text }).error({ value }, text),
  "console.log": (_logger, value, text) => console.log(value, text),
  "console.error": (_logger, value, text) => console.error(text, value),
  "console.dir": (_logger, value) => console.dir(value),
  "console.table": (_logger, value) => console.table(value),
  "console.trace": (_logger, value, text) => console.trace(text, value),
  "console.assert": (_logger, value, text) => console.assert(false, text, value),
  "console.group": (_logger, value, text) => {
    console.group(text, value);
    console.info(value);
    console.groupEnd();
  },
  "console.count": (_logger, _value, text) => console.count(text),
};

// 100,000 calls in all.
test.each(styles)(
  "Whatever is logged as %s, %s, is written in lines of the format, and nothing is thrown",
  async (format, multiline) => {
    const logger = createLogger({ level: "trace", format, multiline });
    onTestFinished(captureConsole(logger));

    await fuzz(
      fc.property(
        fc.constantFrom(...Object.keys(calls)),
        anyRecipe(),
        anyText,
        (name, recipe, text) => {
          const before = captured.text.length;
          calls[name]?.(logger, valueOf(recipe), text);
          const written = captured.text.slice(before);

          expect(written).toMatch(/\n$/);
          const lines = written.split("\n").slice(0, -1);
          expectHonest(lines);
          for (const line of lines) expect(parseLine(line)?.requestId ?? "-").toBe("-");
          expectNoSecret("a line", written);
          expect("polluted" in {}).toBe(false);
          captured.forget();
        },
      ),
      { quick: 150, full: 34_000 },
    );
  },
);

function call(log: (...values: never[]) => void, logger: Logger, ...values: unknown[]): void {
  Reflect.apply(log, logger, values);
}
