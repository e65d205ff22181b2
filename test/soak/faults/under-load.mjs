// What befalls a process, its stdout and its collector while it serves: nothing of the load is lost or crossed.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { campaign, underWay } from "../engine/campaign.mjs";
import { exchange } from "../engine/exchange.mjs";
import { count, growthIn, quartersOf } from "../engine/figures.mjs";
import { requestOf } from "../engine/plan.mjs";
import { faultOf } from "../engine/requests.mjs";

/** Freezes the process at random moments, for random times, and thaws it. */
export async function freeze(size) {
  const invocations = size === "full" ? 20_000 : 200;
  let times = 0;
  const disturb = async (scene) => {
    await underWay(scene);
    do {
      scene.server.child.kill("SIGSTOP");
      await pause(Math.random() * 200);
      scene.server.child.kill("SIGCONT");
      times += 1;
      await pause(Math.random() * 100);
    } while (!scene.isOver);
    return [];
  };
  const seen = await campaign({ invocations, disturb, label: "freeze" });
  return reportOf(seen, invocations, `frozen ${times} times`);
}

/** Lets nobody read stdout for a while. */
export async function stall(size) {
  const invocations = size === "full" ? 20_000 : 600;
  const milliseconds = size === "full" ? 5000 : 300;
  let times = 0;
  const disturb = async (scene) => {
    await underWay(scene);
    do {
      scene.reader.pause();
      await pause(milliseconds);
      await stuck(scene);
      scene.reader.resume();
      times += 1;
      await pause(milliseconds / 5);
    } while (!scene.isOver);
    return [];
  };
  const env = { TOUCH: "yes" };
  const seen = await campaign({ invocations, disturb, env, label: "stall" });
  return reportOf(seen, invocations, `${times} stalls of ${milliseconds / 1000} s`);
}

// Until the function waits for its reader, which the system tells.
async function stuck(scene) {
  let before;
  let written = writtenBy(scene.server);
  while (written !== before && !scene.isOver) {
    await pause(300);
    before = written;
    written = writtenBy(scene.server);
  }
}

function writtenBy({ child: { pid } }) {
  const path = `/proc/${pid}/io`;
  return existsSync(path) ? /^wchar: (\d+)$/m.exec(readFileSync(path, "utf8"))?.[1] : undefined;
}

/** Reads stdout a byte at a time. */
export async function trickle(size) {
  const invocations = size === "full" ? 10_000 : 100;
  const stdout = () => {
    const slow = spawn("dd", ["bs=1", "status=none"], { stdio: ["pipe", "pipe", "inherit"] });
    return { writing: slow.stdin, reader: slow.stdout, close: () => slow.stdin.destroy() };
  };
  const seen = await campaign({ invocations, stdout, label: "trickle" });
  return reportOf(seen, invocations, "read a byte at a time");
}

/** Ends whoever reads stdout in the middle. */
export async function close(size) {
  const invocations = size === "full" ? 20_000 : 200;
  const disturb = async (scene) => {
    await underWay(scene);
    scene.reader.destroy();
    return [];
  };
  const seen = await campaign({ invocations, disturb, isRead: false, label: "close" });
  return reportOf(seen, invocations, "the reader of stdout is gone");
}

const collectorFaults = ["unavailable", "refused", "silent", "reset", "slow", "nonsense"];

/** Lets the collector fail in every way, again and again. */
export async function collector(size) {
  const invocations = size === "full" ? 40_000 : 400;
  const [outage, recovery] = size === "full" ? [1500, 1000] : [100, 10];
  let times = 0;
  const disturb = async (scene) => {
    await underWay(scene);
    do {
      for (const fault of collectorFaults) {
        await scene.collector.ask(fault);
        await pause(Math.random() * outage);
        await scene.collector.ask("take");
        await pause(Math.random() * recovery);
        times += 1;
      }
    } while (!scene.isOver);
    return [];
  };
  const seen = await campaign({ invocations, connections: 20, disturb, label: "collector" });
  const { counts, spans, expected } = seen;
  const delivered = `${count(spans.spans - spans.again)} of ${count(expected.spans)} spans delivered (${spans.again} twice)`;
  const { faults, load } = reportOf(seen, invocations);
  const told = `${count(counts.lostSpans)} told to be lost`;
  return { load, result: `${times} faults of the collector; ${delivered}, ${told}`, faults };
}

/** Blocks the event loop. */
export async function block(size) {
  const invocations = size === "full" ? 20_000 : 200;
  const milliseconds = size === "full" ? 2000 : 300;
  const times = size === "full" ? 5 : 1;
  const names = new Map(
    Array.from({ length: times }, (_, index) => [invocations + index, "block"]),
  );
  const disturb = async (scene) => {
    const faults = [];
    await underWay(scene);
    for (const [index, name] of names) {
      const request = requestOf(index, name);
      const answer = await exchange(scene.port, request, { order: { milliseconds } });
      faults.push(faultOf(request, answer));
    }
    return faults.filter(Boolean);
  };
  const seen = await campaign({ invocations, names, disturb, label: "block" });
  return reportOf(seen, invocations, `blocked ${times} times for ${milliseconds / 1000} s`);
}

/** Leaves little memory. */
export async function memory(size) {
  const invocations = size === "full" ? 50_000 : 200;
  // Old objects have 64 MB, and young ones what does not depend on how busy the machine is.
  const nodeOptions = ["--max-old-space-size=64", "--max-semi-space-size=2"];
  const seen = await campaign({ invocations, nodeOptions, label: "memory" });
  const what = `64 MB of heap; RSS ${quartersOf(seen.memory)} MB in the quarters of the time`;
  const { load, result, faults } = reportOf(seen, invocations, what);
  return { load, result, faults: [...faults, ...growthIn(seen.memory)] };
}

/** What an attack under load is told by. */
export function reportOf({ faults, expected }, invocations, what) {
  const { lines, spans } = expected;
  return {
    load: `${count(invocations)} invocations`,
    result: `${what}; ${count(lines)} lines, ${count(spans)} spans`,
    faults,
  };
}
