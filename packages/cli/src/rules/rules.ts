import { concurrencyRules } from "./concurrency.ts";
import { dispatchRules } from "./dispatch.ts";
import { lineRules } from "./lines.ts";
import { markerRules } from "./markers.ts";
import type { Rule } from "./rule.ts";
import { securityRules } from "./security.ts";
import { startUpRules } from "./start-up.ts";
import { statusRules } from "./status.ts";

/** All rules, in the order in which they run and are reported. */
export const rules: readonly Rule[] = [
  ...startUpRules,
  ...dispatchRules,
  ...statusRules,
  ...markerRules,
  ...lineRules,
  ...concurrencyRules,
  ...securityRules,
];
