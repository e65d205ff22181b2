// A connection whose every byte is ours.
import { once } from "node:events";
import { connect } from "node:net";

/** Opens a connection; `answer()` resolves to the next response on it, which has to tell its length. */
export async function openConnection(port) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let received = Buffer.alloc(0);
  let look = () => {};
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    look();
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  let isOver = false;
  return {
    socket,
    closed,
    /** Whether an answer said that no other follows. */
    get isOver() {
      return isOver;
    },
    async answer() {
      for (;;) {
        const { answer, isLast, length } = answerIn(received);
        received = received.subarray(length);
        isOver ||= isLast;
        if (answer) return answer;
        const more = new Promise((resolve) => (look = resolve));
        const isClosed = await Promise.race([more, closed.then(() => true)]);
        if (isClosed) throw new Error(`the connection was closed after ${received.toString()}`);
      }
    },
  };
}

function answerIn(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return { isLast: false, length: 0 };
  const head = bytes.toString("latin1", 0, end);
  const length = end + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1]);
  if (bytes.length < length) return { isLast: false, length: 0 };
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
  const fcStatus = /^x-fc-status: (\d+)/im.exec(head)?.[1];
  const body = bytes.toString("utf8", end + 4, length);
  const isLast = /^connection: close/im.test(head);
  return { answer: { status: Number(status), fcStatus, body }, isLast, length };
}
