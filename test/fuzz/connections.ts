import { connect } from "node:net";

/** Connections over which something was sent, and that are still open. */
export interface Connections {
  /** Says that no more comes, and resolves to what came back over each. */
  end(): Promise<string[]>;
}

const patience = 10_000;

/** Sends texts over a connection each, a byte for each character, and keeps them open. */
export function sendOverEach(port: number, texts: readonly string[]): Connections {
  const connections = texts.map((text) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.write(text, "latin1");
    // A server that refuses closes at once, and what we still send resets the connection: the answer counts.
    socket.on("error", () => {});
    socket.on("data", (chunk) => chunks.push(chunk)).once("end", () => socket.end());
    const answer = new Promise<string>((resolve, reject) => {
      const fail = (): void => {
        socket.destroy();
        reject(
          new Error(`Expected the server to close the connection after ${JSON.stringify(text)}`),
        );
      };
      let timer: NodeJS.Timeout | undefined;
      socket.once("finish", () => (timer = setTimeout(fail, patience)));
      socket.once("close", () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks).toString("latin1"));
      });
    });
    return { socket, answer };
  });
  return {
    async end() {
      for (const { socket } of connections) socket.end();
      return Promise.all(connections.map(({ answer }) => answer));
    },
  };
}
