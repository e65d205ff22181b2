// All attacks, in the order in which they are made.
import { time } from "./faults/clock.mjs";
import { abort, halfClose, idle, pipeline, slowloris } from "./faults/connections.mjs";
import { disk } from "./faults/disk.mjs";
import { kill } from "./faults/kill.mjs";
import { block, close, collector, freeze, memory, stall, trickle } from "./faults/under-load.mjs";
import { isolation } from "./isolation.mjs";
import { load } from "./load.mjs";

const groups = {
  load,
  faults: {
    kill,
    freeze,
    stall,
    trickle,
    close,
    disk,
    collector,
    block,
    time,
    memory,
    abort,
    slowloris,
    "half-close": halfClose,
    pipeline,
    idle,
  },
  isolation,
};

/** Each has a `group`, a `name` and `run(size)`, which resolves to its `load`, its `result` and the `faults` that it found. */
export const attacks = Object.entries(groups).flatMap(([group, members]) =>
  Object.entries(members).map(([name, run]) => ({ group, name, run })),
);
