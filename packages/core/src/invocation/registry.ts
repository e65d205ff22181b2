import { processState } from "../process-state.ts";
import type { Extension } from "./extension.ts";

/** The extensions of every runtime of this process, beside those that each is given as an option. */
export const registry: { extensions: readonly Extension[] } = processState("extensions", () => ({
  extensions: [],
}));

/** Adds an extension to every runtime of this process, those that serve already included. */
export function extend(extension: Extension): void {
  registry.extensions = [...registry.extensions, extension];
}
