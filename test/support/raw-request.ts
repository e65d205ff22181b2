import { connect } from "node:net";

/** One response as it was on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** `x-fc-status` as sent. */
  readonly fcStatus: string | undefined;
  /** Names in lower case; of several with one name the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const patience = 10_000;

/** How bytes are sent, and what is to come back. */
export interface RawOptions {
  /** The answers have no body, whatever their headers say: the requests were `HEAD`. */
  readonly headOnly?: boolean;
}

/**
 * Sends bytes as they are on a connection of their own, and reads every response until the server closes it. Of a
 * list each part is sent when the part before has been answered. Rejects when the server does not close.
 */
export async function sendRaw(
  port: number,
  bytes: string | Uint8Array | readonly string[],
  { headOnly = false }: RawOptions = {},
): Promise<RawAnswer[]> {
  const parts = typeof bytes === "string" || bytes instanceof Uint8Array ? [bytes] : [...bytes];
  return answersIn(await exchange(port, parts, false), headOnly);
}

/** Sends bytes as they are and no more after them, and reads what comes until the server closes the connection. */
export async function sendBytes(port: number, bytes: Uint8Array): Promise<Buffer> {
  return exchange(port, [bytes], true);
}

async function exchange(
  port: number,
  parts: (string | Uint8Array)[],
  endsAfter: boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const sendNext = (): void => {
      const part = parts.shift();
      if (part !== undefined) socket.write(part);
      if (endsAfter) socket.end();
    };
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, sendNext);
    const timer = setTimeout(() => {
      const soFar = Buffer.concat(chunks).toString("latin1");
      reject(new Error(`Expected the server to close the connection, got only ${soFar}`));
      socket.destroy();
    }, patience);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      sendNext();
    });
    // A server that refuses closes at once, and what we still send resets the connection: the answer counts.
    socket.on("error", () => {});
    socket.once("end", () => socket.end());
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
  });
}

/** Every response in what a server sent, those of status 1xx left out. */
function answersIn(bytes: Buffer, headOnly: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) throw new Error(`Expected a whole head, got ${rest.toString("latin1")}`);
    const [statusLine = "", ...fields] = rest.toString("latin1", 0, end).split("\r\n");
    const headers = Object.fromEntries(fields.map(fieldOf));
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    const bodiless = headOnly || status < 200 || status === 204 || status === 304;
    const { body, length } = bodyIn(rest.subarray(end + 4), headers, bodiless);
    rest = rest.subarray(end + 4 + length);
    if (status >= 200) answers.push({ status, fcStatus: headers["x-fc-status"], headers, body });
  }
  return answers;
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function bodyIn(
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
  bodiless: boolean,
): { body: string; length: number } {
  if (bodiless) return { body: "", length: 0 };
  if (headers["transfer-encoding"] === "chunked") return chunkedBodyIn(bytes);
  const length = Math.min(bytes.length, Number(headers["content-length"] ?? bytes.length));
  return { body: bytes.toString("utf8", 0, length), length };
}

function chunkedBodyIn(bytes: Buffer): { body: string; length: number } {
  const chunks: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", offset);
    const size =
      lineEnd === -1 ? Number.NaN : parseInt(bytes.toString("latin1", offset, lineEnd), 16);
    if (Number.isNaN(size))
      throw new Error(`Expected a whole chunk, got ${bytes.toString("latin1")}`);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    offset = lineEnd + 2 + size + 2;
    if (size === 0) return { body: Buffer.concat(chunks).toString(), length: offset };
  }
}
