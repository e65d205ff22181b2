import { parseLine } from "@fcrt/core/protocol";

/** What a call writes, of all that is captured; what it throws fails the test. */
export function writtenBy(captured: { readonly text: string }, call: () => void): string {
  const before = captured.text.length;
  call();
  return captured.text.slice(before);
}

/** Those of some lines that are not in the format. What core and the runtime say of themselves is text in any. */
export function foreignLines(lines: readonly string[], format: "text" | "json"): string[] {
  return lines.filter((line) => !parseLine(line) && !(format === "json" && isRecord(line)));
}

/** The physical lines of complete text. */
export function physicalLinesOf(text: string): string[] {
  if (!text.endsWith("\n")) throw new Error(`Expected complete lines, got ${JSON.stringify(text)}`);
  return text.slice(0, -1).split("\n");
}

function isRecord(line: string): boolean {
  try {
    const record = JSON.parse(line) as Record<string, unknown>;
    return [record["time"], record["level"], record["requestId"]].every(
      (value) => typeof value === "string",
    );
  } catch {
    return false;
  }
}
