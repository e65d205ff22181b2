import * as coldstart from "./coldstart.mjs";
import * as http from "./http.mjs";
import * as importTime from "./import.mjs";
import * as log from "./log.mjs";
import * as memory from "./memory.mjs";
import * as scale from "./scale.mjs";
import * as size from "./size.mjs";
import * as trace from "./trace.mjs";

/** Each tells what it is `about`, and can `measure` itself in `full` or `quick`: it resolves to tables. */
export const scenarios = { http, log, trace, coldstart, import: importTime, memory, scale, size };
