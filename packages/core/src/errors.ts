/** Every code that an `FcrtError` can carry. Each is explained in docs/errors.md. */
export type ErrorCode =
  | "FCRT_BODY_TOO_LARGE"
  | "FCRT_CLIENT_DISCONNECTED"
  | "FCRT_CONTROL_PATH_UNKNOWN"
  | "FCRT_DEADLINE_PASSED"
  | "FCRT_DRAIN_TIMED_OUT"
  | "FCRT_EVENT_NOT_JSON"
  | "FCRT_HANDLER_MISSING"
  | "FCRT_HANDLER_NOT_FOUND"
  | "FCRT_HANDLER_NOT_LOADED"
  | "FCRT_LISTEN_FAILED"
  | "FCRT_OPTION_INVALID"
  | "FCRT_OPTION_UNKNOWN"
  | "FCRT_PROCESS_EXITED"
  | "FCRT_RESPONSE_DESTROYED"
  | "FCRT_RESULT_NOT_JSON";

/**
 * The one error class of this package. `message` says what was expected and what came, `cause` keeps the error
 * underneath. Compare `code`, not the class: two copies of the package have two classes.
 */
export class FcrtError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    // On the prototype, so that it does not show as a property of each error.
    Object.defineProperty(this.prototype, "name", {
      value: "FcrtError",
      configurable: true,
      writable: true,
    });
  }
}

// What came in was wrong, and the code said so: a handled failure. The others are unhandled.
const inputErrors: ReadonlySet<unknown> = new Set<ErrorCode>([
  "FCRT_BODY_TOO_LARGE",
  "FCRT_CONTROL_PATH_UNKNOWN",
  "FCRT_EVENT_NOT_JSON",
  "FCRT_HANDLER_MISSING",
]);

/** Whether a thrown value is this package's complaint about its input. */
export function isInputError(thrown: unknown): boolean {
  return inputErrors.has(codeOf(thrown));
}

/** Whether a thrown value says that the program was set up wrongly: its message is all that helps. */
export function isSetUpError(thrown: unknown): thrown is FcrtError {
  const code = codeOf(thrown);
  return (
    code === "FCRT_HANDLER_NOT_FOUND" ||
    code === "FCRT_OPTION_INVALID" ||
    code === "FCRT_OPTION_UNKNOWN" ||
    code === "FCRT_LISTEN_FAILED"
  );
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.name === "FcrtError" && "code" in thrown
    ? thrown.code
    : undefined;
}
