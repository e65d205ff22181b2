import type { IncomingMessage } from "node:http";
import { header } from "../protocol/headers.ts";

/** The credentials that came with a request; an empty value is an absent one. */
export interface SentCredentials {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}

/**
 * Reads the credential headers and takes them off `headers`, `rawHeaders` and `headersDistinct`, before user code can
 * see any of them.
 */
export function takeCredentials(request: IncomingMessage): SentCredentials {
  const derived = derivedHeadersOf(request);
  const sent: SentCredentials = {};
  const { rawHeaders } = request;
  const before = rawHeaders.length;
  let kept = 0;
  for (let index = 0; index < before; index += 2) {
    const name = rawHeaders[index] ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const credential = credentialOf(name);
    if (credential === undefined) {
      rawHeaders[kept] = name;
      rawHeaders[kept + 1] = value;
      kept += 2;
    } else if (value !== "") {
      sent[credential] = value;
    }
  }
  rawHeaders.length = kept;
  derived.strip(before - kept);
  return sent;
}

/** Reads the credential headers and leaves them where they are. */
export function readCredentials({ headers }: IncomingMessage): SentCredentials {
  const sent: SentCredentials = {};
  for (const [, { name, credential }] of byLength) {
    const value = headers[name];
    if (typeof value === "string" && value !== "") sent[credential] = value;
  }
  return sent;
}

type Credential = keyof SentCredentials;

// The three names differ in length, which spares a look at most of the others.
const byLength = new Map<number, { name: string; credential: Credential }>(
  (["accessKeyId", "accessKeySecret", "securityToken"] as const).map((credential) => {
    const name = header[credential];
    return [name.length, { name, credential }];
  }),
);

function credentialOf(name: string): Credential | undefined {
  const candidate = byLength.get(name.length);
  return candidate && name.toLowerCase() === candidate.name ? candidate.credential : undefined;
}

// Node derives `headers` and `headersDistinct` when they are first read, from as many raw headers as it has counted.
// Lowering that count before spares deriving both for every request, a tenth of what one costs.
function derivedHeadersOf(request: IncomingMessage): { strip(removed: number): void } {
  keys ??= internalKeysOf(request);
  const { count, headers } = keys;
  const counted: unknown = Reflect.get(request, count);
  if (typeof counted === "number" && Reflect.get(request, headers) === null) {
    return { strip: (removed) => void Reflect.set(request, count, counted - removed) };
  }
  // Somebody has read them before us, or this Node works otherwise.
  const all = [request.headers, request.headersDistinct];
  return {
    strip: () => all.forEach((derived) => byLength.forEach(({ name }) => delete derived[name])),
  };
}

let keys: { readonly count: symbol; readonly headers: symbol } | undefined;

function internalKeysOf(request: IncomingMessage): { count: symbol; headers: symbol } {
  const symbols = Object.getOwnPropertySymbols(request);
  const find = (name: string): symbol =>
    symbols.find(({ description }) => description === name) ?? Symbol(name);
  return { count: find("kHeadersCount"), headers: find("kHeaders") };
}
