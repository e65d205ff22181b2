// A collector in a process of its own, which counts every span by whose it is, and fails as it is told.
import { createServer } from "node:http";
import { indexOfId, indexOfToken, requestOf } from "./plan.mjs";

const mostFaults = 10;
const size = Number(process.argv[2]);
let names = new Map();

// Of each request: how often its root came, which of its children, and by which ids they hang together.
const roots = new Uint8Array(size);
const children = new Uint8Array(size);
const ofRoots = { span: new BigUint64Array(size), trace: new BigUint64Array(size) };
const ofChildren = { span: new BigUint64Array(size), trace: new BigUint64Array(size) };
const counts = { posts: 0, spans: 0, again: 0, missing: 0 };
const faults = [];

/** What a collector can do to a POST that has come whole. */
const answers = {
  take: (response, body) => {
    for (const span of spansIn(body)) take(span);
    response.end();
  },
  unavailable: (response) => response.writeHead(503).end(),
  refused: (response) => response.writeHead(401).end(),
  silent: () => {},
  reset: (response) => response.socket.resetAndDestroy(),
  slow: (response, body) => {
    for (const span of spansIn(body)) take(span);
    setTimeout(() => response.end(), 700);
  },
  nonsense: (response) => response.socket.end("220 mail.example.com ESMTP\r\n\r\n"),
};
let answer = answers.take;

const server = createServer((request, response) => {
  const chunks = [];
  request.on("error", () => {});
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    counts.posts += 1;
    answer(response, Buffer.concat(chunks));
  });
});
server.keepAliveTimeout = 0;

process.on("message", (message) => {
  if (message.unsent) {
    process.send(report(message.unsent));
    return;
  }
  if (message.names) {
    names = new Map(message.names);
    process.send("names");
    return;
  }
  if (message === "stop") {
    process.disconnect();
    server.close().closeAllConnections();
    return;
  }
  answer = answers[message];
  // What hangs is let go.
  if (message === "take") server.closeAllConnections();
  process.send(message);
});

server.listen(0, "127.0.0.1", () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);

function take(span) {
  counts.spans += 1;
  const root = span.attributes.get("faas.invocation_id");
  const token = span.attributes.get("soak.token");
  const index = root === undefined ? indexOfToken(token ?? "") : indexOfId(root);
  if (index < 0 || index >= size) {
    fault(`a span of nobody: ${span.name} ${root ?? token}`);
    return;
  }
  if (root === undefined) takeChild(index, span);
  else takeRoot(index, span);
}

function takeRoot(index, { traceId, spanId }) {
  if (roots[index] > 0) {
    counts.again += 1;
    return;
  }
  roots[index] = 1;
  ofRoots.span[index] = spanId;
  ofRoots.trace[index] = traceId;
}

function takeChild(index, { traceId, parentSpanId, attributes }) {
  const bit = 1 << attributes.get("soak.index");
  if (children[index] & bit) {
    counts.again += 1;
    return;
  }
  const first = children[index] === 0;
  children[index] |= bit;
  if (first) {
    ofChildren.span[index] = parentSpanId;
    ofChildren.trace[index] = traceId;
  } else if (ofChildren.span[index] !== parentSpanId || ofChildren.trace[index] !== traceId) {
    fault(`children of one invocation with two parents: ${index}`);
  }
}

/** How many spans came, how many of them again, how many are missing, and what is wrong. */
function report([first, last]) {
  counts.missing = 0;
  const wrong = [...faults];
  for (let index = 0; index < size; index++) {
    if (index >= first && index < last) continue;
    const request = requestOf(index, names.get(index));
    if (request.maybe && roots[index] === 0) continue;
    counts.missing += 1 - roots[index] + request.spans - bitsOf(children[index]);
    const both = roots[index] > 0 && children[index] !== 0;
    const apart =
      ofRoots.span[index] !== ofChildren.span[index] ||
      ofRoots.trace[index] !== ofChildren.trace[index];
    if (both && apart && wrong.length < mostFaults)
      wrong.push(`collector: a child below another's root: ${request.id}`);
  }
  return { ...counts, faults: wrong };
}

function bitsOf(mask) {
  return (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1);
}

function fault(what) {
  if (faults.length < mostFaults) faults.push(`collector: ${what}`);
}

// By the numbers of the fields of OTLP: no code is shared with what wrote it.
function* spansIn(body) {
  for (const resource of messagesIn(body, 1))
    for (const scope of messagesIn(resource, 2))
      for (const span of messagesIn(scope, 2)) yield spanOf(span);
}

function spanOf(bytes) {
  const span = { traceId: 0n, spanId: 0n, parentSpanId: 0n, name: "", attributes: new Map() };
  for (const [number, value] of fieldsIn(bytes)) {
    // Half of a trace id is enough to tell two apart.
    if (number === 1) span.traceId = value.readBigUInt64BE(8);
    else if (number === 2) span.spanId = value.readBigUInt64BE(0);
    else if (number === 4 && value.length > 0) span.parentSpanId = value.readBigUInt64BE(0);
    else if (number === 5) span.name = value.toString();
    else if (number === 9) takeAttribute(span.attributes, value);
  }
  return span;
}

const read = new Set(["faas.invocation_id", "soak.token", "soak.index"]);

function takeAttribute(attributes, bytes) {
  let key;
  for (const [number, value] of fieldsIn(bytes)) {
    if (number === 1) key = value.toString();
    if (number !== 2 || !read.has(key)) continue;
    for (const [type, content] of fieldsIn(value))
      attributes.set(key, type === 1 ? content.toString() : Number(content));
  }
}

function* messagesIn(bytes, wanted) {
  for (const [number, value] of fieldsIn(bytes)) if (number === wanted) yield value;
}

function* fieldsIn(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const type = tag & 7;
    if (type === 0) {
      yield [tag >> 3, varint()];
    } else {
      const length = type === 2 ? varint() : type === 1 ? 8 : 4;
      at += length;
      yield [tag >> 3, bytes.subarray(at - length, at)];
    }
  }
}
