// An event invocation, JSON in and out, markers on stdout.
import { compareThroughput } from "../throughput.mjs";

export const http = async () =>
  compareThroughput([
    { name: "hand-written", lines: 2 },
    { name: "core", lines: 2 },
  ]);
