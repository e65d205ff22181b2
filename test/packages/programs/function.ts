import { type OssEvent, type ServeOptions, currentInvocation, serve } from "@fcrt/core";
import { type Extension, extend } from "@fcrt/core/extension";
import { header } from "@fcrt/core/protocol";
import { type StartOptions, start } from "@fcrt/core/start";
import { type Logger, type LoggerOptions, createLogger, fcDestination } from "@fcrt/logger";
import { type TracingOptions, spanOf, tracing } from "@fcrt/trace";
import { trace } from "@opentelemetry/api";
import { pino } from "pino";

const loggerOptions: LoggerOptions = { level: "info" };
const tracingOptions: TracingOptions = { exporter: "none" };
const startOptions: StartOptions = { handler: "index.handler" };
const options: ServeOptions = { extensions: [tracing(tracingOptions)] };
const extension: Extension = { verdict: (invocation) => void invocation.outcome };

const logger: Logger = createLogger(loggerOptions);
const own = pino({}, fcDestination());

extend(extension);

export const bucketOf = ({ events }: OssEvent): string | undefined => events[0]?.oss.bucket.name;

void serve(
  {
    invoke(event, context) {
      logger.info({ handler: startOptions.handler, start: typeof start }, "invoked");
      own.info("invoked");
      return trace.getTracer("function").startActiveSpan("greet", (span) => {
        span.end();
        return {
          hello: event.json<{ name: string }>().name,
          known: currentInvocation()?.context === context,
          traced: spanOf(context.requestId) !== undefined,
          header: header.requestId,
        };
      });
    },
  },
  options,
);
