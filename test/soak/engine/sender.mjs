// Sends the requests of the plan from a process of its own, so many at the same time over connections that stay open,
// and holds each response against what it has to be.
import { Agent } from "node:http";
import { exchange } from "./exchange.mjs";
import { requestOf } from "./plan.mjs";
import { faultOf } from "./requests.mjs";

const mostFaults = 10;

const [port, first, count, connections, seconds] = process.argv.slice(2).map(Number);
const patience = performance.now() + seconds * 1000;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const result = { responses: 0, left: 0, broken: 0, faults: [] };
let next = first;

process.send("sends");
const telling = setInterval(() => process.send({ done: next - first }), 1000);
await Promise.all(Array.from({ length: connections }, work));
agent.destroy();
clearInterval(telling);
process.send({ ...result, done: next - first });
process.disconnect();

async function work() {
  while (next < first + count && performance.now() < patience) {
    const request = requestOf(next++);
    const fault = await attempt(request);
    if (fault && result.faults.length < mostFaults)
      result.faults.push(`response: ${request.id} (${request.name}): ${fault}`);
  }
}

/** Resolves to what is wrong, or to nothing. */
async function attempt(request) {
  try {
    const answer = await exchange(port, request, { agent, begun: leaveOf(request) });
    result.responses += 1;
    return faultOf(request, answer);
  } catch (error) {
    if (!request.gone) return error.message;
    if (request.name === "break") result.broken += 1;
    else result.left += 1;
    return undefined;
  }
}

/** How the client of such a request leaves. */
function leaveOf({ name }) {
  if (name === "leave") {
    // The time that it takes shows nothing: whenever the client leaves, the invocation has to end.
    return (outgoing, response) => {
      if (!response) outgoing.once("finish", () => setTimeout(() => outgoing.destroy(), 10));
    };
  }
  if (name === "leave-stream")
    return (outgoing, response) => response?.once("data", () => outgoing.destroy());
  return undefined;
}
