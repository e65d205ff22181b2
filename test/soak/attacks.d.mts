/** An attack, and what came of it. */
export interface Attack {
  readonly group: "load" | "faults" | "isolation";
  readonly name: string;
  run(size: "quick" | "full"): Promise<{
    readonly load: string;
    readonly result: string;
    /** What breaks a promise. */
    readonly faults: readonly string[];
  }>;
}

/** All attacks, in the order in which they are made. */
export const attacks: readonly Attack[];
