import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { Complaints } from "../complaints.ts";
import { ExportError } from "./exporter.ts";
import type { EndedSpan, Origin, RemoteExporter } from "./exporter.ts";
import { poster } from "./http.ts";
import type { Answer, TlsFiles } from "./http.ts";

/** Where a batch goes, and with what headers. */
export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** How spans are sent. */
export interface Transport {
  readonly gzip: boolean;
  /** For all attempts at one batch together, in milliseconds. */
  readonly timeout: number;
  readonly tls: TlsFiles;
}

/**
 * Sends spans by OTLP: protobuf over HTTP, with Content-Length. The target is asked for each batch with the newest
 * invocation that a span in it belongs to, so that credentials are those of its time.
 */
export function otlpExporter(
  targetOf: (newest: Origin | undefined) => Target,
  { gzip, timeout, tls }: Transport,
): RemoteExporter {
  const post = poster(tls);
  const complaints = new Complaints();
  return {
    async export(batch) {
      const { url, headers } = targetOf(newestOrigin(batch));
      const message = serialized(batch);
      const body = gzip ? await compressed(message) : message;
      const encoding = gzip ? { "content-encoding": "gzip" } : {};
      const sent = { ...headers, ...encoding, "content-type": "application/x-protobuf" };
      const answer = await deliver(
        async (limit) => post({ url, headers: sent, body, timeout: limit }),
        timeout,
        url.host,
      );
      const refusal = refusalIn(answer.body);
      if (refusal) complaints.failed(`${url.host} took a part only: ${refusal}`);
    },
  };
}

function newestOrigin(batch: readonly EndedSpan[]): Origin | undefined {
  return batch.findLast(({ origin }) => origin)?.origin;
}

function serialized(batch: readonly EndedSpan[]): Uint8Array {
  return (
    ProtobufTraceSerializer.serializeRequest(batch.map(({ span }) => span)) ?? new Uint8Array()
  );
}

async function compressed(message: Uint8Array): Promise<Uint8Array> {
  const { gzip } = await import("node:zlib");
  return new Promise((resolve, reject) => {
    gzip(message, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

const firstPause = 100;
const longestPause = 5000;

// One deadline over all attempts.
async function deliver(
  send: (limit: number) => Promise<Answer>,
  timeout: number,
  host: string,
): Promise<Answer> {
  const deadline = performance.now() + timeout;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await send(deadline - performance.now()).catch(unreachable);
    if ("status" in outcome && outcome.status >= 200 && outcome.status <= 299) return outcome;
    const failure = failureOf(outcome);
    const pause = failure.retryAfter ?? backoff(attempt);
    if (failure.fate !== "retry" || performance.now() + pause >= deadline) {
      const { retryAfter = 0, fate } = failure;
      throw new ExportError(`${host}: ${failure.reason}`, { keep: fate !== "drop", retryAfter });
    }
    await sleep(pause);
  }
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

function backoff(attempt: number): number {
  return Math.min(firstPause * 2 ** attempt, longestPause) * (0.8 + Math.random() * 0.4);
}

interface Failure {
  /** Try again now, keep for the next flush (other credentials may help), or give up. */
  readonly fate: "retry" | "keep" | "drop";
  readonly reason: string;
  readonly retryAfter?: number | undefined;
}

// Who is not there now will hardly be in a moment: an invocation need not wait for it.
const absent = new Set<unknown>(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

function unreachable(error: unknown): Failure {
  if (!(error instanceof Error)) return { fate: "retry", reason: String(error) };
  const isAbsent = "code" in error && absent.has(error.code);
  return { fate: isAbsent ? "keep" : "retry", reason: error.message };
}

const transient = new Set([429, 502, 503, 504]);

function failureOf(outcome: Answer | Failure): Failure {
  if ("fate" in outcome) return outcome;
  const { status, retryAfter, body } = outcome;
  const code = errorCodeIn(body);
  const reason = `answered ${status}${code ? ` ${code}` : ""}`;
  // SLS says with 403 that a quota is used up, for a moment.
  if (transient.has(status) || (status === 403 && /quota|exceed|busy/i.test(code)))
    return { fate: "retry", reason, retryAfter };
  return { fate: status === 401 || status === 403 ? "keep" : "drop", reason };
}

// SLS: `{"errorCode": "WriteQuotaExceed", "errorMessage": …}`. Nothing else of a body is repeated.
function errorCodeIn(body: Buffer): string {
  return /"errorCode"\s*:\s*"([\w.]{1,64})"/i.exec(body.toString("latin1"))?.[1] ?? "";
}

function refusalIn(body: Buffer): string | undefined {
  try {
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(body);
    const { rejectedSpans = 0, errorMessage = "" } = partialSuccess ?? {};
    return rejectedSpans > 0 || errorMessage
      ? `${rejectedSpans} spans rejected${errorMessage && `: ${errorMessage.slice(0, 200)}`}`
      : undefined;
  } catch {
    // The status says that all arrived; what else is answered is nothing to act on.
    return undefined;
  }
}
