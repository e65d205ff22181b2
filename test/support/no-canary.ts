import { canary } from "./platform-request.ts";

/** Fails if a credential that tests send stands in what came out, wherever that was. */
export function expectNoCanary(what: string, output: string): void {
  for (const secret of Object.values(canary)) {
    const place = output.indexOf(secret);
    if (place < 0) continue;
    const around = output.slice(Math.max(0, place - 200), place + 100);
    throw new Error(`Expected no credential in ${what}, got ${JSON.stringify(around)}`);
  }
}
