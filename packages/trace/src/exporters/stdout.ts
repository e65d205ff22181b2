import { formatLine, noRequestId, now, writeStdout } from "@fcrt/core/extension";
import type { Attributes, HrTime } from "@opentelemetry/api";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMicroseconds } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { LocalExporter } from "./exporter.ts";

/** Writes each span as a line whose message is its row in a trace store of SLS: no network, safe from any freeze. */
export const stdoutExporter: LocalExporter = {
  write(batch) {
    const lines = batch.map(({ span, origin }) =>
      formatLine(now(), origin?.requestId ?? noRequestId, "INFO", oneLine(rowOf(span))),
    );
    writeStdout(lines.join(""));
  },
};

// What JSON leaves as it is and a line cannot hold.
function oneLine(row: object): string {
  return JSON.stringify(row).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The columns of a trace store in their order, all of them texts; times in microseconds. */
function rowOf(span: ReadableSpan): Record<string, string> {
  const { traceId, spanId, traceState } = span.spanContext();
  const { "host.name": host, "service.name": service, ...resource } = span.resource.attributes;
  const start = hrTimeToMicroseconds(span.startTime);
  const end = hrTimeToMicroseconds(span.endTime);
  return {
    host: textOf(host),
    service: textOf(service),
    resource: JSON.stringify(texts(sorted(resource))),
    "otlp.name": span.instrumentationScope.name,
    "otlp.version": span.instrumentationScope.version ?? "",
    traceID: traceId,
    spanID: spanId,
    parentSpanID: span.parentSpanContext?.spanId ?? "",
    kind: SpanKind[span.kind].toLowerCase(),
    name: span.name,
    links: JSON.stringify(
      span.links.map(({ context, attributes = {} }) => ({
        spanID: context.spanId,
        traceID: context.traceId,
        attribute: sorted(attributes),
      })),
    ),
    logs: `[${span.events.map(eventOf).join(",")}]`,
    traceState: traceState?.serialize() ?? "",
    start: String(Math.round(start)),
    end: String(Math.round(end)),
    duration: String(Math.round(end) - Math.round(start)),
    attribute: JSON.stringify(sorted(span.attributes)),
    statusCode: SpanStatusCode[span.status.code],
    statusMessage: span.status.message ?? "",
  };
}

// By hand, because nanoseconds since 1970 are more than a number holds.
function eventOf({ name, time, attributes = {} }: ReadableSpan["events"][number]): string {
  return `{"name":${JSON.stringify(name)},"time":${nanosecondsOf(time)},"attribute":${JSON.stringify(sorted(attributes))}}`;
}

function nanosecondsOf([seconds, nanoseconds]: HrTime): string {
  return `${seconds}${String(nanoseconds).padStart(9, "0")}`;
}

function sorted(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function texts(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, textOf(value)]));
}

function textOf(value: Attributes[string]): string {
  if (value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
