import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Calls back once a response is sent, or never will be because its connection is gone. */
export function onceClosed(
  request: IncomingMessage,
  response: ServerResponse,
  closed: () => void,
): void {
  // Node assigns the connection at once, unless an earlier answer stands before this one: requests were pipelined.
  if (response.socket) response.on("close", closed);
  else onceClosedInTurn(request.socket, response, closed);
}

// One listener for all that wait on a connection.
const waitingOn = new WeakMap<Socket, Set<() => void>>();

// A response that waits for its turn hears nothing of the end of the connection.
function onceClosedInTurn(connection: Socket, response: ServerResponse, closed: () => void): void {
  const waiting = waitingOn.get(connection) ?? watched(connection);
  const tell = (): void => {
    if (waiting.delete(tell)) closed();
  };
  waiting.add(tell);
  response.on("close", tell);
}

function watched(connection: Socket): Set<() => void> {
  const waiting = new Set<() => void>();
  waitingOn.set(connection, waiting);
  connection.on("close", () => {
    for (const tell of waiting) tell();
  });
  return waiting;
}
