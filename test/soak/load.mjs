// Everything at once, for long: nothing is lost, nothing is crossed, nothing stays behind.
import { campaign } from "./engine/campaign.mjs";
import { count, growthIn, quartersOf } from "./engine/figures.mjs";

/** The attack by load: a million invocations, or what goes in an hour. */
export const load = {
  async load(size) {
    const most = size === "full" ? 1_000_000 : 800;
    const seconds = 60 * 60;
    const options = { invocations: most, connections: 200, seconds, label: "load" };
    const seen = await campaign(options);
    const { counts, spans, sent, expected, memory } = seen;
    const invocations = sent.done;
    const faults = [
      ...seen.faults,
      ...unequal("Starts", counts.starts, invocations),
      ...unequal("Ends", counts.ends, invocations),
      ...unequal("lines", counts.lines, expected.lines),
      ...unequal("spans", spans.spans - spans.again, expected.spans),
      ...unequal("responses", sent.responses, expected.responses),
      ...unequal("broken responses", sent.broken, expected.broken),
      ...unequal("clients that left", sent.left, expected.left),
      ...growthIn(memory),
    ];
    return {
      load: `${count(invocations)} invocations, 200 at once`,
      result: [
        `${count(counts.starts)} Starts, ${count(counts.ends)} Ends, ${count(counts.lines)} lines`,
        `${count(spans.spans)} spans in ${count(spans.posts)} POSTs (${spans.again} twice)`,
        `${count(sent.responses)} responses, ${count(sent.broken)} to be broken, ${count(sent.left)} clients left`,
        ...memoryOf(seen),
        `${count(invocations / seen.took)} a second`,
      ].join("; "),
      faults,
    };
  },
};

function unequal(what, seen, expected) {
  return seen === expected ? [] : [`${seen} ${what} instead of ${expected}`];
}

function memoryOf({ memory, before, after }) {
  const [first, last] = [before, after].map((facts) => (facts.memory.heapUsed / 1e6).toFixed(1));
  return [
    `RSS ${quartersOf(memory)} MB in the quarters of the time`,
    `heap without garbage ${first} MB before, ${last} MB after`,
  ];
}
