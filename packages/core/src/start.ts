export { start } from "./start/start.ts";
export type { StartOptions } from "./start/start-options.ts";
export type { FunctionContext, FunctionTracing } from "./start/function-context.ts";
export type { FunctionLogger, LogLevel } from "./start/function-logger.ts";
export type { Runtime } from "./server/serve.ts";
