// What the peers of the `log` scenario have in common: an event function whose handler writes lines in a loop.
import { serve } from "@fcrt/core";

const fields = { orderId: 7, customer: "c-1234", amount: 99.5, currency: "EUR", paid: true };
const error = new Error("The card was refused", { cause: new TypeError("No route to the bank") });
const short = "The order was accepted by the payment service";
const long = "The order was accepted. ".repeat(427).slice(0, 10 * 1024);

/** What a child logger is made with. */
export const bindings = { component: "payment", tenant: "t-1" };

/** The workload whose entries may take several lines. */
export const errors = "error with cause";

/** Each writes one entry with what a peer gives: `message`, `fields`, `error`, `child`. */
const workloads = {
  message: (peer) => peer.message(short),
  "5 fields": (peer) => peer.fields(fields, short),
  [errors]: (peer) => peer.error(error, short),
  "child logger": (peer) => peer.child(short),
  "10 KB message": (peer) => peer.message(long),
};

/** How many entries of each workload one invocation writes: whatever the peer, they fit into a pipe. */
export const amounts = {
  message: 100,
  "5 fields": 100,
  [errors]: 10,
  "child logger": 100,
  "10 KB message": 4,
};

/** Waits for what Node has queued because the pipe was full. */
export async function flushConsole() {
  while (process.stdout.writableLength + process.stderr.writableLength > 0)
    await new Promise(setImmediate);
}

/**
 * Serves a function that writes the entries of a workload and answers with the nanoseconds that they took, the `flush`
 * of a peer that writes later included. It ends when it is told to stop.
 */
export async function serveLogging(peer) {
  await serve({
    async invoke(event) {
      const { workload } = event.json();
      const amount = amounts[workload];
      const write = workloads[workload];
      const started = process.hrtime.bigint();
      for (let index = 0; index < amount; index += 1) write(peer);
      await peer.flush?.();
      return { nanoseconds: Number(process.hrtime.bigint() - started) };
    },
    preStop: () => process.kill(process.pid, "SIGTERM"),
  });
}
