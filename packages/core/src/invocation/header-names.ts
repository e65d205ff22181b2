import { credentialIn } from "./credential-headers.ts";
import type { SentCredentials } from "./credential-headers.ts";

/** The name of a header as it was sent, and what it stands for. */
export interface HeaderName {
  readonly sent: string;
  /** As Node has it in `headers`. */
  readonly lowerCase: string;
  readonly credential: keyof SentCredentials | undefined;
  /** What came after it the last time. */
  next: HeaderName | undefined;
}

const mostNames = 256;
const longestName = 64;
const names = new Map<string, HeaderName>();

/** Stands before the first header of every request. */
export const firstName: HeaderName = nameOf("");

/**
 * The name that was sent after another one. The platform sends the same headers in the same order each time, so a
 * comparison with what came there the last time finds nearly every name: a text that the engine already knows as the
 * name of a property, where a new text costs more than all else that is done with a header.
 */
export function nameAfter(before: HeaderName, sent: string): HeaderName {
  const { next } = before;
  if (next?.sent === sent) return next;
  before.next = names.get(sent);
  return before.next ?? newName(before, sent);
}

function newName(before: HeaderName, sent: string): HeaderName {
  const name = nameOf(sent);
  // What strangers send must not fill the memory.
  if (sent.length <= longestName && names.size < mostNames) {
    names.set(sent, name);
    before.next = name;
  }
  return name;
}

function nameOf(sent: string): HeaderName {
  return { sent, lowerCase: sent.toLowerCase(), credential: credentialIn(sent), next: undefined };
}
