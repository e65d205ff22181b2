import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { endOf, until } from "../../process/program.ts";
import { startChild } from "../../support/child.ts";
import type { Child, ChildOptions } from "../../support/child.ts";
import { httpInvoke, invoke, sendTo } from "../../support/platform-request.ts";
import type { PlatformResponse } from "../../support/platform-request.ts";
import { rowsIn } from "./rows.ts";
import type { Row } from "./rows.ts";

/** The folder of the fixtures. */
export const fixtures: string = fileURLToPath(
  new URL("../../fixtures/trace/identity/", import.meta.url),
);

/** Starts a program, a fixture's name or a path, as the platform does, and waits until it serves. */
export async function serving(file: string, options: ChildOptions = {}): Promise<Child> {
  const env = { FC_FUNCTION_NAME: "my-function", ...options.env };
  const path = file.startsWith("/") ? file : fixtures + file;
  const child = await startChild(path, { ...options, env });
  await child.line("runtime inited.");
  return child;
}

/** An invocation of a program, from its request to its spans. */
export interface Family {
  readonly answer: PlatformResponse;
  /** Every span that was exported of it, as it came. */
  readonly rows: readonly Row[];
  readonly root: Row;
  /** The span of this name; one that is missing, or there twice, is a failure. */
  span(name: string): Row;
}

/** Invokes a program whose spans go to stdout, and reads them. */
export async function familyOf(
  child: Child,
  requestId: string,
  kind: "event" | "http" = "http",
): Promise<Family> {
  const headers = { "x-fc-request-id": requestId };
  const request = kind === "event" ? invoke("{}", headers) : httpInvoke("GET", "/", headers);
  const answer = await sendTo(child.port, request);
  await until(() => child.lines.some((line) => line.startsWith(endOf(requestId))), "the end");
  const rows = rowsIn(child.lines).filter((row) => row.requestId === requestId);
  const roots = rows.filter(({ attribute }) => attribute["faas.invocation.id"] === requestId);
  const [root] = roots;
  if (!root || roots.length > 1)
    throw new Error(
      `Expected one root span, got ${roots.length}:\n${child.stdout}\n${child.stderr}`,
    );
  const span = (name: string): Row => {
    const [found, ...more] = rows.filter((row) => row.name === name);
    if (!found || more.length > 0)
      throw new Error(`Expected one span ${name}, got ${rows.map((row) => row.name).join(", ")}`);
    return found;
  };
  return { answer, rows, root, span };
}

/** Expects what the fixtures do: an outer span below the root span, an inner one below that, all at the end. */
export function expectNested({ root, rows, span }: Family, requestId: string): void {
  expect(rows.map(({ name }) => name).toSorted()).toEqual(["inner", "outer", root.name].toSorted());
  expect(root).toMatchObject({
    traceID: requestId.replaceAll("-", ""),
    parentSpanID: "",
    kind: "server",
    service: "my-function",
    statusCode: "UNSET",
  });
  const [outer, inner] = [span("outer"), span("inner")];
  expect(outer).toMatchObject({ traceID: root.traceID, parentSpanID: root.spanID, scope: "early" });
  expect(inner).toMatchObject({ traceID: root.traceID, parentSpanID: outer.spanID, scope: "late" });
}
