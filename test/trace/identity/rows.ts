import { parseLine } from "@fcrt/core/protocol";
import { until } from "../../process/program.ts";
import type { Child } from "../../support/child.ts";

/** A span as the `stdout` exporter writes it, its JSON columns read. */
export interface Row {
  /** Of the line that it stands in. */
  readonly requestId: string;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly traceID: string;
  readonly spanID: string;
  readonly parentSpanID: string;
  readonly scope: string;
  readonly statusCode: string;
  readonly statusMessage: string;
  readonly attribute: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly logs: readonly { name: string; attribute: Readonly<Record<string, string>> }[];
}

/** The spans among lines. */
export function rowsIn(lines: readonly string[]): Row[] {
  return lines.flatMap((line) => {
    const said = parseLine(line);
    if (!said?.message.startsWith('{"host":')) return [];
    const columns = JSON.parse(said.message) as Record<string, string>;
    const { attribute = "", resource = "", logs = "", "otlp.name": scope, ...texts } = columns;
    const read = { attribute: parsed(attribute), resource: parsed(resource), logs: parsed(logs) };
    return [{ ...texts, scope, requestId: said.requestId, ...read } as unknown as Row];
  });
}

/** Waits for the root span of an invocation; two of them are a failure. */
export async function rootRowOf(child: Child, requestId: string): Promise<Row> {
  const roots = (): Row[] =>
    rowsIn(child.lines).filter(({ attribute }) => attribute["faas.invocation.id"] === requestId);
  await until(() => roots().length > 0, `the root span of ${requestId}`);
  const [root, ...more] = roots();
  if (!root || more.length > 0)
    throw new Error(`Expected one root span of ${requestId}, got ${more.length + 1}`);
  return root;
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}
