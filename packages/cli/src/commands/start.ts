import type { StartOptions } from "@fcrt/core/start";
import { Command, Option } from "commander";

type StartFlags = Pick<StartOptions, "initializer" | "preStop" | "preFreeze" | "form">;

/** `fcrt start`: serves a handler that was written for the built-in Node runtime. */
export function startCommand(): Command {
  return new Command("start")
    .summary("serve a handler that was written for the built-in Node runtime")
    .description(
      "Serves an unchanged handler of the built-in Node runtime as a custom runtime. Functions are named as the platform names them: file.export.",
    )
    .argument("<handler>", "the function that answers invocations, such as index.handler")
    .option("--initializer <function>", "the function for initialize")
    .option("--pre-stop <function>", "the function that runs before the instance is gone")
    .option("--pre-freeze <function>", "the function that runs before a freeze (FC 2.0)")
    .addOption(
      new Option(
        "--form <name>",
        "what the handler is for an HTTP request: of FC 3.0 with a JSON event, or of FC 2.0 with request and response",
      )
        .choices(["event", "http"])
        .default("event"),
    )
    .action(async (handler: string, flags: StartFlags) => {
      // Whoever checks or invokes has no use for a runtime.
      const { start } = await import("@fcrt/core/start");
      await start({ handler, ...flags });
    });
}
