import { settlesWithin } from "@fcrt/core/extension";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { ExportResultCode, suppressTracing } from "@opentelemetry/core";
import type { ExportResult } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { ExportError } from "./exporter.ts";
import type { RemoteExporter } from "./exporter.ts";

/** An exporter of the user's own. It retries itself: what it reports as failed is not tried again. */
export function wrappedExporter(exporter: SpanExporter, timeout: number): RemoteExporter {
  return {
    async export(batch) {
      const spans = batch.map(({ span }) => span);
      const answered = new Promise<ExportResult>((resolve) => {
        const untraced = suppressTracing(ROOT_CONTEXT);
        context.with(untraced, () => exporter.export(spans, resolve));
      });
      if (!(await settlesWithin(timeout, answered)))
        throw new ExportError(`the exporter took over ${timeout} ms`, { keep: true });
      const { code, error } = await answered;
      if (code !== ExportResultCode.SUCCESS)
        throw new ExportError(error?.message ?? "the exporter failed", { keep: false });
    },
    finish: async () => exporter.forceFlush?.(),
  };
}
