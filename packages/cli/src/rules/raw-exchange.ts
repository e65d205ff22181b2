import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { RuntimeRequest } from "../gateway/connections.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { shortened } from "./seen.ts";

/**
 * Whatever comes on a connection of its own until the runtime closes it, or until `patience` milliseconds have passed;
 * each byte one character.
 */
export async function rawExchange(
  gateway: Gateway,
  talk: (socket: Socket) => Promise<void> | void,
  patience: number = 2000,
): Promise<string> {
  const { host, port } = await gateway.instance();
  // Node's own half of the connection stays open until we close it.
  const socket = connect({ host, port, allowHalfOpen: true });
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  const over = new Promise((resolve) => {
    socket.once("end", resolve).once("close", resolve).on("error", resolve);
  });
  await Promise.all([
    Promise.race([over, pause(patience, undefined, { ref: false })]),
    new Promise((resolve) => socket.once("connect", resolve).once("error", resolve)).then(
      async () => talk(socket),
    ),
  ]);
  socket.destroy();
  return received;
}

/** What has come on the wire, or `nothing`. */
export function describeRaw(received: string): string {
  return shortened(received.replaceAll("\r\n", "\n")) || "nothing";
}

/** A request as it is on the wire, each byte one character. */
export function wireTextOf(
  { method, path, headers, body = "" }: RuntimeRequest,
  connection: "close" | "keep-alive",
): string {
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  const text = isBytes ? Buffer.from(body).toString("latin1") : "";
  const own = [
    ["host", "127.0.0.1"],
    ["connection", connection],
    ...(method === "POST" ? [["content-length", String(text.length)]] : []),
  ];
  const lines = [...own, ...headers].map((pair) => `${pair.join(": ")}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`;
}
