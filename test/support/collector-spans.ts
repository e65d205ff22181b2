/** An attribute's value as OTLP has it; a list of bytes as hex. */
type WireValue = string | number | boolean | undefined | readonly WireValue[];

type WireAttributes = Readonly<Record<string, WireValue>>;

/** A span as it was on the wire. */
export interface WireSpan {
  /** In hex, as the other ids. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty when the span has no parent. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: string;
  /** Nanoseconds since 1970, as `end`. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: WireAttributes;
  readonly events: readonly WireEvent[];
  readonly links: readonly WireLink[];
  readonly status: { readonly code: string; readonly message: string };
  readonly resource: WireAttributes;
  readonly scope: { readonly name: string; readonly version: string };
}

interface WireEvent {
  readonly name: string;
  readonly time: bigint;
  readonly attributes: WireAttributes;
}

interface WireLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: WireAttributes;
}

/**
 * Reads the spans out of an OTLP request in protobuf, by the numbers of its fields and nothing else: no code is shared
 * with what wrote it. Bytes that are no protobuf are an error.
 */
export function spansIn(body: Uint8Array): WireSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const resource = attributesIn(message(resourceSpans, 1), 1);
    return messages(resourceSpans, 2).flatMap((scopeSpans) => {
      const [scope] = messages(scopeSpans, 1);
      const named = { name: text(scope, 1), version: text(scope, 2) };
      return messages(scopeSpans, 2).map((span) => ({ ...spanOf(span), resource, scope: named }));
    });
  });
}

/** The answer of a collector that took a part only, in protobuf. */
export function partialSuccess(rejectedSpans: number, errorMessage: string): Buffer {
  const told = Buffer.from(errorMessage);
  const part = Buffer.concat([
    varint(0x08),
    varint(rejectedSpans),
    varint(0x12),
    varint(told.length),
    told,
  ]);
  return Buffer.concat([varint(0x0a), varint(part.length), part]);
}

const kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const codes = ["UNSET", "OK", "ERROR"];

function spanOf(span: Fields): Omit<WireSpan, "resource" | "scope"> {
  const status = message(span, 15);
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    traceState: text(span, 3),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: kinds[Number(integer(span, 6))] ?? "?",
    start: integer(span, 7),
    end: integer(span, 8),
    attributes: attributesIn(span, 9),
    events: messages(span, 11).map((event) => ({
      time: integer(event, 1),
      name: text(event, 2),
      attributes: attributesIn(event, 3),
    })),
    links: messages(span, 13).map((link) => ({
      traceId: hex(link, 1),
      spanId: hex(link, 2),
      attributes: attributesIn(link, 4),
    })),
    status: { message: text(status, 2), code: codes[Number(integer(status, 3))] ?? "?" },
  };
}

function attributesIn(fields: Fields, number: number): WireAttributes {
  return Object.fromEntries(
    messages(fields, number).map((pair) => [text(pair, 1), valueOf(message(pair, 2))]),
  );
}

function valueOf(value: Fields): WireValue {
  if (value.has(1)) return text(value, 1);
  if (value.has(2)) return integer(value, 2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, integer(value, 3)));
  if (value.has(4)) return doubleOf(integer(value, 4));
  if (value.has(5)) return messages(message(value, 5), 1).map(valueOf);
  return value.has(7) ? hex(value, 7) : undefined;
}

function doubleOf(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}

/** What a message holds, by the numbers of its fields. */
type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const fields = new Map<number, (bigint | Buffer)[]>();
  while (!reader.done) {
    const tag = Number(reader.varint());
    const values = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, values);
    values.push(reader.value(tag & 7));
  }
  return fields;
}

class Reader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  varint(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.#offset++);
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  }

  value(wireType: number): bigint | Buffer {
    if (wireType === 0) return this.varint();
    if (wireType === 1) return this.#take(8).readBigUInt64LE();
    if (wireType === 2) return this.#take(Number(this.varint()));
    if (wireType === 5) return BigInt(this.#take(4).readUInt32LE());
    throw new Error(`Expected a wire type of protobuf, got ${wireType}`);
  }

  #take(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new Error(`Expected ${length} bytes more`);
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map((value) => fieldsOf(bytesOf(value)));
}

function message(fields: Fields, number: number): Fields {
  return messages(fields, number).at(-1) ?? new Map();
}

function text(fields: Fields | undefined, number: number): string {
  return bytesOf(fields?.get(number)?.at(-1) ?? Buffer.alloc(0)).toString("utf8");
}

function hex(fields: Fields, number: number): string {
  return bytesOf(fields.get(number)?.at(-1) ?? Buffer.alloc(0)).toString("hex");
}

function integer(fields: Fields, number: number): bigint {
  const value = fields.get(number)?.at(-1) ?? 0n;
  if (typeof value === "bigint") return value;
  throw new Error(`Expected a number in field ${number}, got bytes`);
}

function bytesOf(value: bigint | Buffer): Buffer {
  if (typeof value !== "bigint") return value;
  throw new Error(`Expected bytes, got ${value}`);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
