import type { IncomingMessage } from "node:http";
import { header } from "../protocol/headers.ts";

/** The credentials that came with a request; an empty value is an absent one. */
export interface SentCredentials {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}

/** Reads the credential headers and leaves them where they are. */
export function readCredentials({ headers }: IncomingMessage): SentCredentials {
  const sent: SentCredentials = {};
  for (const name of names) {
    const value = headers[header[name]];
    if (typeof value === "string" && value !== "") sent[name] = value;
  }
  return sent;
}

/**
 * Reads the credential headers and takes them off `headers`, `rawHeaders` and `headersDistinct`, before user code can
 * see any of them.
 */
export function takeCredentials(request: IncomingMessage): SentCredentials {
  const sent = readCredentials(request);
  const { headers } = request;
  let found = false;
  for (const name of names) {
    if (headers[header[name]] === undefined) continue;
    delete headers[header[name]];
    found = true;
  }
  if (found) stripRawHeaders(request);
  return sent;
}

const names = ["accessKeyId", "accessKeySecret", "securityToken"] as const;

// Node derives `headersDistinct` when it is first read, from as many raw headers as it has counted. Lowering that count
// spares deriving it for every request: 4 µs of the 60 that one takes.
function stripRawHeaders(request: IncomingMessage): void {
  const { count, distinct } = (keys ??= internalKeysOf(request));
  const internals: Record<symbol, unknown> = Object(request);
  const counted = internals[count];
  const derivedLater = typeof counted === "number" && internals[distinct] === undefined;
  const derived = derivedLater ? undefined : request.headersDistinct;
  const removed = removeCredentials(request.rawHeaders);
  if (derived) for (const name of names) delete derived[header[name]];
  else internals[count] = Number(counted) - removed;
}

/** @returns how many elements are gone */
function removeCredentials(rawHeaders: string[]): number {
  const before = rawHeaders.length;
  let kept = 0;
  for (let index = 0; index < before; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (isCredential(name)) continue;
    rawHeaders[kept] = name;
    rawHeaders[kept + 1] = rawHeaders[index + 1] ?? "";
    kept += 2;
  }
  rawHeaders.length = kept;
  return before - kept;
}

// The three names differ in length, which spares a closer look at most of the others.
const nameByLength = new Map<number, string>(
  names.map((name) => [header[name].length, header[name]]),
);

function isCredential(name: string): boolean {
  const candidate = nameByLength.get(name.length);
  return candidate !== undefined && name.toLowerCase() === candidate;
}

let keys: { readonly count: symbol; readonly distinct: symbol } | undefined;

// The second one is there once it was read. A Node that has neither derives at every request.
function internalKeysOf(request: IncomingMessage): { count: symbol; distinct: symbol } {
  void request.headersDistinct;
  const symbols = Object.getOwnPropertySymbols(request);
  const find = (name: string): symbol =>
    symbols.find(({ description }) => description === name) ?? Symbol(name);
  const count = find("kHeadersCount");
  const distinct = find("kHeadersDistinct");
  return { count: symbols.includes(distinct) ? count : distinct, distinct };
}
