import { parseLine, parseMarker } from "@fcrt/core/protocol";
import { canary } from "../support/platform-request.ts";
import { forgedId, secret } from "./texts.ts";

/** What only a terminal or another reader's idea of a line would make something of; tabs are harmless. */
const control = /[\0-\x08\v-\x1f\x7f-\x9f\u2028\u2029]/;

/** Fails unless each line is a marker or a line of the format, nothing is forged, and no marker lacks its other one. */
export function expectHonest(lines: readonly string[]): void {
  const open: string[] = [];
  for (const line of lines) {
    if (control.test(line)) throw new Error(`Expected no control character, got ${quoted(line)}`);
    const marker = parseMarker(line);
    const requestId = marker?.requestId ?? requestIdOf(line);
    if (requestId === forgedId) throw new Error(`Expected no forged line, got ${quoted(line)}`);
    const invocation = `${marker?.phase} ${marker?.requestId}`;
    if (marker?.moment === "Start") open.push(invocation);
    else if (marker) {
      const index = open.indexOf(invocation);
      if (index === -1) throw new Error(`Expected a Start before ${quoted(line)}`);
      open.splice(index, 1);
    }
  }
  if (open.length > 0) throw new Error(`Expected an End for each of ${open.join(", ")}`);
}

/** Fails if a secret of the platform or of a client stands in what came out. */
export function expectNoSecret(what: string, output: string): void {
  const place = output.search(secrets);
  if (place < 0) return;
  const around = output.slice(Math.max(0, place - 300), place + 60);
  throw new Error(`Expected no secret in ${what}, got ${quoted(around)}`);
}

const secrets = new RegExp([secret, ...Object.values(canary)].join("|").replaceAll(".", "\\."));

function requestIdOf(line: string): string {
  const record = line.startsWith("{") ? recordIn(line) : parseLine(line);
  if (!record || record.level === "FORGED")
    throw new Error(`Expected a line of the format, got ${quoted(line)}`);
  return record.requestId;
}

function recordIn(line: string): { level: string; requestId: string } | undefined {
  try {
    const { level, requestId } = JSON.parse(line) as Record<string, unknown>;
    return typeof level === "string" && typeof requestId === "string"
      ? { level, requestId }
      : undefined;
  } catch {
    return undefined;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 1_000));
}
