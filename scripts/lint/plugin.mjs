import { contractLiterals } from "./contract-literals.mjs";
import { floors } from "./floors.mjs";
import { noExportStar } from "./no-export-star.mjs";
import { noProcessEnv } from "./no-process-env.mjs";

export default {
  meta: { name: "fcrt" },
  rules: {
    "contract-literals": contractLiterals,
    floors,
    "no-export-star": noExportStar,
    "no-process-env": noProcessEnv,
  },
};
