import pino from "pino";
import { serveLogging } from "../logging.mjs";
import { pinoLike } from "../pino-like.mjs";

await serveLogging(pinoLike(pino({}, pino.destination({ sync: true }))));
