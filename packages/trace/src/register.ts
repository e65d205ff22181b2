import "@fcrt/core/register";
import { extend } from "@fcrt/core/extension";
import { configured, createTracing } from "./tracing.ts";

let done = false;

// With the first invocation, so that an application that sets OpenTelemetry up itself, or calls `tracing`, goes first.
extend({
  open(invocation) {
    if (done || configured.byCall) return;
    done = true;
    const tracing = createTracing({});
    extend(tracing);
    tracing.open?.(invocation);
  },
});
