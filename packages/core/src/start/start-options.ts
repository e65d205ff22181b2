import { invalid, refuseUnknown } from "../option-errors.ts";
import { serveOptionNames } from "../options.ts";
import type { ServeOptions } from "../options.ts";

/** What is started, and how it is served. A function is named `file.export`: `index.handler`, `src/index.handler`. */
export interface StartOptions extends ServeOptions {
  /** The function that answers invocations. */
  readonly handler: string;
  /**
   * The function for `POST /initialize`: `(context)` or `(context, callback)`.
   * @default none: the call succeeds
   */
  readonly initializer?: string;
  /**
   * The function that runs before the instance is gone: `(context)` or `(context, callback)`.
   * @default none
   */
  readonly preStop?: string;
  /**
   * The function that runs before the instance freezes (FC 2.0): `(context)` or `(context, callback)`.
   * @default none
   */
  readonly preFreeze?: string;
  /**
   * The folder that functions are named from.
   * @default the working directory, which is `/code` on the platform
   */
  readonly root?: string;
  /**
   * What the handler is for an HTTP invocation: `"event"` takes FC 3.0's JSON event and returns the response,
   * `"http"` is an HTTP function of FC 2.0, `(request, response, context)`, and takes nothing else.
   * @default "event"
   */
  readonly form?: "event" | "http";
}

const functionNames = ["handler", "initializer", "preStop", "preFreeze"] as const;

const ownNames = [...functionNames, "root", "form"] as const;

/** @throws FcrtError FCRT_OPTION_UNKNOWN, FCRT_OPTION_INVALID */
export function checkStartOptions(options: StartOptions): void {
  if (typeof options !== "object" || options === null)
    throw invalid("options", "an object with a `handler`", options);
  refuseUnknown("option", options, [...ownNames, ...serveOptionNames]);
  for (const name of functionNames) checkName(name, options[name]);
  const { root, form } = options;
  if (root !== undefined && (typeof root !== "string" || root === ""))
    throw invalid("root", "the path of a folder", root);
  if (form !== undefined && form !== "event" && form !== "http")
    throw invalid("form", '`"event"` or `"http"`', form);
}

/** The options that are those of `serve`. */
export function servedOptionsOf(options: StartOptions): ServeOptions {
  const served = Object.entries(options).filter(([name]) =>
    serveOptionNames.some((known) => known === name),
  );
  return Object.fromEntries(served);
}

function checkName(name: string, value: unknown): void {
  if (value === undefined && name !== "handler") return;
  if (typeof value === "string" && /^.+\.[^./\\]+$/s.test(value)) return;
  throw invalid(name, "a file and one of its exports, such as `index.handler`", value);
}
