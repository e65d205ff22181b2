import { once } from "node:events";
import pino from "pino";
import { serveLogging } from "../logging.mjs";
import { pinoLike } from "../pino-like.mjs";

// What `pino()` writes to by default: not at once.
const destination = pino.destination(1);
// Its own `flush` does nothing unless it waits for a least amount.
const flush = () => once(destination, "drain");
await serveLogging({ ...pinoLike(pino({}, destination)), flush });
