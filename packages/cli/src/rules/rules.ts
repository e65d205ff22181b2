import type { Rule } from "./rule.ts";
import { statusRules } from "./status.ts";

/** All rules, in the order in which they run and are reported. */
export const rules: readonly Rule[] = [...statusRules];
