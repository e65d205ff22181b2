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
  // Node derives both from the raw headers when they are first read: that comes first.
  const { headers, headersDistinct, rawHeaders } = request;
  for (const name of names) {
    delete headers[header[name]];
    delete headersDistinct[header[name]];
  }
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    if (credentialIn(rawHeaders[index] ?? "")) rawHeaders.splice(index, 2);
  }
  return sent;
}

/** The credential that a header carries, whatever the case of its name. */
export function credentialIn(name: string): keyof SentCredentials | undefined {
  const candidate = byLength.get(name.length);
  return candidate && name.toLowerCase() === header[candidate] ? candidate : undefined;
}

const names = ["accessKeyId", "accessKeySecret", "securityToken"] as const;

// The three differ in length, which spares a closer look at most other names.
const byLength = new Map<number, keyof SentCredentials>(
  names.map((name) => [header[name].length, name]),
);
