import * as ownApi from "@opentelemetry/api";
import type { ContextManager, TextMapPropagator, TracerProvider } from "@opentelemetry/api";
import { warn } from "./complaints.ts";
import { nodeRequire } from "./node-require.ts";

/** What OpenTelemetry has one of in a process. */
interface Globals {
  readonly trace?: unknown;
  readonly context?: unknown;
  readonly propagation?: unknown;
  readonly version?: string;
}

// Where @opentelemetry/api 1.x keeps them.
const globalsKey = Symbol.for("opentelemetry.js.api.1");

/** What is registered; a package that finds its place taken would log an error. */
export function registeredGlobals(): Globals {
  const globals: unknown = Reflect.get(globalThis, globalsKey);
  return typeof globals === "object" && globals !== null ? globals : {};
}

/** Registers what is not registered yet. */
export function registerGlobals(
  provider: TracerProvider,
  manager: ContextManager,
  propagator: TextMapPropagator,
): void {
  const copies = loadedApis();
  for (const copy of copies) delegateEarlyTracers(copy, provider);
  const api = copies[0] ?? ownApi;
  const { trace, context, propagation } = registeredGlobals();
  const done = [
    trace ? true : api.trace.setGlobalTracerProvider(provider),
    context ? true : api.context.setGlobalContextManager(manager),
    propagation ? true : api.propagation.setGlobalPropagator(propagator),
  ];
  if (done.every(Boolean)) return;
  const { version } = registeredGlobals();
  warn(`Expected one version of \`@opentelemetry/api\`, 1.9, in this process, got also ${version}`);
}

type Api = Pick<typeof ownApi, "trace" | "context" | "propagation">;

/**
 * The copies of `@opentelemetry/api` that are loaded already. This package has what it uses of it in its own file and
 * starts 25 ms sooner for it; a bundler takes another build, which shares the application's copy.
 */
function loadedApis(): Api[] {
  return Object.entries(nodeRequire.cache)
    .filter(([file]) => /[\\/]@opentelemetry[\\/]api[\\/]build[\\/]src[\\/]index\.js$/.test(file))
    .map(([, loaded]): unknown => loaded?.exports)
    .filter(isApi);
}

function isApi(exports: unknown): exports is Api {
  return typeof exports === "object" && exports !== null && "trace" in exports;
}

// Tracers that the application made before can be reached through its own copy only.
function delegateEarlyTracers({ trace }: Api, provider: TracerProvider): void {
  const early = trace.getTracerProvider();
  if (
    !registeredGlobals().trace &&
    "setDelegate" in early &&
    typeof early.setDelegate === "function"
  )
    early.setDelegate(provider);
}
