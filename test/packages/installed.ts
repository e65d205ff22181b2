import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import type { Dependencies, Manager } from "./managers.ts";
import { packInto } from "./tarballs.ts";
import type { Tarballs } from "./tarballs.ts";

/** The tarballs, and folders into which they are installed. */
export interface Place {
  readonly tarballs: Tarballs;
  readonly folder: string;
}

const programs = fileURLToPath(new URL("./programs", import.meta.url));

/** What an application has beside our packages. */
const others: Dependencies = {
  "@opentelemetry/api": "1.9.1",
  "@types/node": "20.19.43",
  pino: "10.4.0",
};

/** Packs before the tests of a file; what is made in the folder goes after them. */
export function packed(): () => Place {
  let place: Place | undefined;
  const folder = mkdtempSync(join(tmpdir(), "fcrt-installed-"));
  beforeAll(async () => {
    place = { folder, tarballs: await packInto(join(folder, "tarballs")) };
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return () => {
    if (place) return place;
    throw new Error("Expected the packages to be packed before a test asks for them");
  };
}

/** Installs all packages and what they stand on, with programs that use them; resolves to the folder. */
export async function installAll({ folder, tarballs }: Place, manager: Manager): Promise<string> {
  const place = join(folder, manager.name);
  const own = Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]);
  const dependencies = { ...others, ...Object.fromEntries(own) };
  await manager.install(place, dependencies, tarballs["@fcrt/core"]);
  cpSync(programs, place, { recursive: true });
  return place;
}
