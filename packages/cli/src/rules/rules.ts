import { concurrencyRules } from "./concurrency.ts";
import { dispatchRules } from "./dispatch.ts";
import { httpRules } from "./http.ts";
import { lifecycleRules } from "./lifecycle.ts";
import { limitRules } from "./limits.ts";
import { lineRules } from "./lines.ts";
import { markerRules } from "./markers.ts";
import { resilienceRules } from "./resilience.ts";
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
  ...httpRules,
  ...limitRules,
  ...lifecycleRules,
  ...securityRules,
  ...resilienceRules,
];
