// A kill at a random moment: what the program, or its client, knew to be written is in the pipe.
import { once } from "node:events";
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { readAll, startServer } from "../engine/campaign.mjs";
import { exchange } from "../engine/exchange.mjs";
import { Ledger } from "../engine/ledger.mjs";
import { indexOfToken, requestOf } from "../engine/plan.mjs";
import { showProgress } from "../engine/progress.mjs";
import { faultOf } from "../engine/requests.mjs";

const mostRequests = 20_000;
const clients = 20;

/** Kills a function under load again and again. */
export async function kill(size) {
  const rounds = size === "full" ? 200 : 2;
  const sums = { faults: [], lines: 0, responses: 0 };
  for (let round = 0; round < rounds; round++) {
    showProgress("kill", round, rounds);
    const { faults, lines, responses } = await killOnce();
    sums.faults.push(...faults);
    sums.lines += lines;
    sums.responses += responses;
  }
  return {
    load: `${rounds} kills, ${clients} clients each`,
    result: `${sums.lines} lines and ${sums.responses} responses known of, all with what had to be in the pipe`,
    faults: sums.faults.slice(0, 10),
  };
}

async function killOnce() {
  // Beside each line, the program says on another pipe that its log call has returned.
  const environment = { env: { ACKNOWLEDGE: "yes" }, further: ["pipe"] };
  const { server, reader } = await startServer(environment);
  const ledger = new Ledger(mostRequests);
  const read = readAll(reader, ledger);
  let known = "";
  const acknowledgements = server.child.stdio[3].setEncoding("utf8");
  acknowledgements.on("data", (text) => (known += text));
  const heard = once(acknowledgements, "close");

  const answered = [];
  const faults = [];
  const sending = sendUntilGone(server.first.port, answered, faults);
  await pause(Math.random() * 300);
  await server.stop();
  await Promise.all([sending, read, heard]);

  const lines = known.split("\n").slice(0, -1);
  for (const line of lines) {
    const [token, number] = line.split(" ");
    if (ledger.saidBy(indexOfToken(token)) <= Number(number))
      faults.push(`a line that was written is lost: ${line}`);
  }
  for (const { id, index } of answered)
    if (!ledger.hasEnded(index)) faults.push(`an answered request has no End: ${id}`);
  return { faults: [...faults, ...ledger.faults], lines: lines.length, responses: answered.length };
}

async function sendUntilGone(port, answered, faults) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let next = 0;
  const work = async () => {
    for (;;) {
      const request = requestOf(next++);
      // Those whose clients leave have nothing to say here.
      if (request.gone) continue;
      const answer = await exchange(port, request, { agent });
      const fault = faultOf(request, answer);
      if (fault) faults.push(`response: ${request.id}: ${fault}`);
      answered.push(request);
    }
  };
  await Promise.allSettled(Array.from({ length: clients }, work));
  agent.destroy();
}
