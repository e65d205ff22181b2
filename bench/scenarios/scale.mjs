import { callWith } from "../calls.mjs";
import { inRounds, tableOf } from "../rounds.mjs";
import { serversOf } from "../servers.mjs";
import { throughputOf } from "../throughput.mjs";

export const about =
  "Invocations that wait 20 ms each, at 1 to 200 at a time: no instance of one does more than 50 a second, so throughput should grow with their number until a core is full, and CPU of each stay flat.";

const wait = 20;
const compared = serversOf("core + logger", "node:http, console.log").flatMap((server) =>
  [1, 10, 50, 100, 200].map((connections) => ({
    ...server,
    connections,
    name: `${server.name}, ${connections}`,
  })),
);
// As many milliseconds of load at each number, were there nothing but the wait.
const amounts = {
  full: { rounds: 7, milliseconds: 3000 },
  quick: { rounds: 1, milliseconds: 200 },
};

export async function measure(size) {
  const { rounds, milliseconds } = amounts[size];
  const results = await inRounds("scale", compared, rounds, (server) => {
    const { connections } = server;
    const requests = (connections * milliseconds) / wait;
    const call = callWith({ wait });
    return throughputOf(server, { warm: requests, requests, connections, call });
  });
  return [
    tableOf("Throughput", "requests/s", results, ({ rate }) => rate),
    tableOf("p99 of an invocation", "ms", results, ({ p99 }) => p99),
    tableOf("CPU of an invocation", "µs", results, ({ cpu }) => cpu),
  ];
}
