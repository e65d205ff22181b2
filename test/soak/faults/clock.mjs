// A clock that jumps, and a `Date` that user code has replaced: invocations end as they would, deadlines come when they
// are due.
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { campaign, underWay } from "../engine/campaign.mjs";
import { exchange } from "../engine/exchange.mjs";
import { requestOf } from "../engine/plan.mjs";
import { faultOf } from "../engine/requests.mjs";
import { reportOf } from "./under-load.mjs";

const clock = fileURLToPath(new URL("../programs/fake-clock.mjs", import.meta.url));
const deeds = ["back", "forward", "not a number", "frozen", "replaced"];

/** Sets the clock and replaces `Date`, while some invocations wait for their deadline. */
export async function time(size) {
  const invocations = size === "full" ? 20_000 : 150;
  const names = new Map(deeds.map((_, index) => [invocations + index, "hang"]));
  const disturb = async (scene) => {
    const faults = [];
    await underWay(scene);
    for (const [index, deed] of deeds.entries()) {
      const request = requestOf(invocations + index, "hang");
      const answer = exchange(scene.port, request, { headers: { "x-fc-function-timeout": "1" } });
      while (!scene.ledger.hasStarted(request.index)) await pause(5);
      await scene.server.ask(deed);
      faults.push(faultOf(request, await answer));
      await scene.server.ask("restored");
    }
    return faults.filter(Boolean);
  };
  const nodeOptions = ["--import", clock];
  const seen = await campaign({ invocations, names, disturb, nodeOptions, label: "time" });
  return reportOf(seen, invocations, `${deeds.length} disturbances of the clock`);
}
