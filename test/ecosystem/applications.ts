import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

/** An application that knows nothing of the platform, and how it is started. */
export interface Application {
  /** Its file in `apps/`. */
  readonly file: string;
  /** The packages whose `register` makes it a custom runtime. */
  readonly register: readonly ("core" | "logger" | "trace")[];
  /** Rules of severity `should` that it breaks by itself, with or without us, or because its lines are not `console`'s. */
  readonly breaks?: readonly string[];
}

// Node ends a connection whose caller has closed his half, and with it an answer that comes a turn later.
const answersLate = ["FC-RESILIENCE-006"];
// Its lines go to stdout by themselves, or `@fcrt/logger` is not asked to take them.
const ownLines = ["FC-LINES-001", "FC-LINES-004", "FC-LINES-006", "FC-MARKERS-006"];

/** Every framework, every `register`, ES modules and CommonJS. */
export const applications: readonly Application[] = [
  { file: "express-4.cjs", register: ["logger"], breaks: answersLate },
  { file: "express-5.mjs", register: ["logger", "trace"], breaks: answersLate },
  { file: "koa.cjs", register: ["logger"] },
  {
    file: "fastify.mjs",
    register: ["core"],
    // pino writes when the turn is over.
    breaks: [...answersLate, ...ownLines, "FC-LIFECYCLE-005"],
  },
  { file: "hono.mjs", register: ["logger"] },
  {
    file: "nest.mjs",
    register: ["trace"],
    breaks: [...answersLate, ...ownLines, "FC-LINES-007"],
  },
  {
    file: "midway.cjs",
    register: ["logger", "trace"],
    // It exits at a SIGTERM without waiting.
    breaks: [...answersLate, ...ownLines, "FC-LIFECYCLE-003"],
  },
  { file: "plain.mjs", register: ["logger"], breaks: answersLate },
  { file: "plain.cjs", register: ["core"], breaks: [...answersLate, ...ownLines] },
];

/** Where the applications are. */
export const folder: string = fileURLToPath(new URL("./apps/", import.meta.url));

/** The flags of Node that a user adds to his start command. */
export function flagsOf({ file, register }: Application): string[] {
  const flag = file.endsWith(".cjs") ? "--require" : "--import";
  return register.flatMap((name) => [flag, `@fcrt/${name}/register`]);
}

/** As deployments have it; spans go to stdout, for there is no collector. Midway looks for a home. */
export const environment: Readonly<Record<string, string>> = {
  HOME: tmpdir(),
  NODE_ENV: "production",
  OTEL_TRACES_EXPORTER: "stdout",
};
