// What request number so and so is, and what has to come of it: sender, function, reader and collector all know it
// from the number alone, so that whatever one of them takes for another's shows.

// One that succeeds, having said its lines and told its token.
const usual = { status: 200, end: "", errors: 0, warnings: 0, said: true, told: true, gone: false };
const failing = { status: 404, end: "Unhandled", errors: 1, said: false };

/**
 * How an invocation goes: its share in a thousand, and what comes of it. `gone` means that there is no whole answer,
 * `maybe` that there may be no invocation either, `late` that lines follow the End.
 */
export const acts = {
  answer: event(300),
  empty: event(60, { said: false }),
  throw: event(40, { status: 404, end: "Unhandled", errors: 1 }),
  reject: event(40, { status: 404, end: "Unhandled", errors: 1 }),
  fail: event(40, { status: 404, end: "Handled", errors: 1 }),
  garbage: event(10, { status: 404, end: "Handled", errors: 1, said: false }),
  leave: event(8, { gone: true, end: "Unhandled", errors: 1, said: false }),
  page: http(300),
  upload: http(70),
  stream: http(50),
  missing: http(30, { status: 404, fcStatus: 200 }),
  unavailable: http(20, { status: 503, fcStatus: 404, end: "Handled", errors: 1 }),
  "http-throw": http(14, { status: 404, end: "Unhandled", errors: 1 }),
  break: http(4, { gone: true, end: "Unhandled", errors: 1 }),
  "leave-stream": http(8, { gone: true, warnings: 1, said: false }),
  initialize: hook("POST", "/initialize", 2),
  "pre-freeze": hook("GET", "/pre-freeze", 4),
  // What no number decides, but an attack.
  abort: event(0, { gone: true, end: "Unhandled", errors: 1, said: false, maybe: true }),
  block: event(0),
  hang: event(0, { ...failing, told: false }),
  neighbor: event(0, { lines: 2 }),
  "neighbor of an exit": event(0, { lines: 1, gone: true, end: "Unhandled", errors: 1 }),
  "throws at once": event(0, failing),
  "throws in a timer": event(0, failing),
  "throws in a stream": event(0, failing),
  "rejects what nobody awaits": event(0, failing),
  "throws in a shared listener": event(0, { ...failing, told: false }),
  emits: event(0, { ...failing, told: false }),
  exits: event(0, { ...failing, gone: true }),
  blocks: event(0, { said: false }),
  "never answers": event(0, { ...failing, told: false }),
  "answers late": http(0, { said: false, late: true }),
};

function event(share, more) {
  return { kind: "invoke", method: "POST", path: "/invoke", share, ...usual, ...more };
}

function http(share, more) {
  return { kind: "http-invoke", method: "POST", share, ...usual, ...more };
}

function hook(method, path, share) {
  return { kind: path.slice(1), method, path, share, ...usual, said: false, told: false };
}

const tickets = Object.entries(acts).flatMap(([name, { share }]) => Array(share).fill(name));

/** The request with this number; by default the number decides how it goes. */
export function requestOf(index, name = tickets[random(index, 1) % tickets.length]) {
  const act = acts[name];
  const token = tokenOf(index);
  const lines = act.lines ?? (act.said ? 1 + (random(index, 2) % 4) : 0);
  const spans = act.said ? random(index, 3) % 3 : 0;
  const delay = random(index, 4) % 3 === 0 ? random(index, 5) % 20 : 0;
  const size = sizeOf(index);
  return {
    fcStatus: act.status,
    ...act,
    name,
    index,
    id: idOf(index),
    token,
    lines,
    spans,
    delay,
    size,
  };
}

/** A request ID as the platform makes them. */
function idOf(index) {
  return `1-67a59f35-${hex(index)}-${hex(random(index, 6))}beef`;
}

/** What only this request brings: 16 digits, of which the first 8 are its number. */
function tokenOf(index) {
  return hex(index) + hex(random(index, 7));
}

/** The number of the request that a request ID belongs to, -1 for one of nobody's. */
export function indexOfId(id) {
  const index = Number.parseInt(id.slice(11, 19), 16);
  return idOf(index) === id ? index : -1;
}

/** The same for a token. */
export function indexOfToken(token) {
  const index = Number.parseInt(token.slice(0, 8), 16);
  return tokenOf(index) === token ? index : -1;
}

/** So many bytes that only one token makes. */
export function fillerOf(token, size) {
  return token.repeat(Math.ceil(size / token.length)).slice(0, size);
}

// Mostly small, one in a hundred some hundred KB.
function sizeOf(index) {
  const what = random(index, 8) % 100;
  const size = random(index, 9);
  if (what === 0) return size % 400_000;
  if (what < 10) return size % 20_000;
  return what < 25 ? 0 : size % 500;
}

// The finalizer of MurmurHash3, by its constants.
function random(index, salt) {
  let bits = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function hex(number) {
  return number.toString(16).padStart(8, "0");
}
