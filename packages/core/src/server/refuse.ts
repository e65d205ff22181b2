import { ServerResponse, STATUS_CODES } from "node:http";
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { header } from "../protocol/headers.ts";

/** Answers what Node refuses before it becomes a request, so that this carries `x-fc-status` too. */
export function answerRefusals(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    refuse(socket, statusByCode[error.code ?? ""] ?? 400),
  );
  server.on("connect", (_request, socket) => refuse(socket, 405));
}

const statusByCode: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function refuse(socket: Duplex, status: number): void {
  // A response that is under way on this connection must not be broken into.
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const fields = [`${header.status}: 404`, "connection: close", "content-length: 0"];
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields, "", ""].join("\r\n");
  socket.end(head, () => socket.destroy());
}

function isAnswering(socket: Duplex): boolean {
  return (
    "_httpMessage" in socket &&
    socket._httpMessage instanceof ServerResponse &&
    socket._httpMessage.headersSent
  );
}
