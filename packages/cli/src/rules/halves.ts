import type { Parts } from "../gateway/connections.ts";

/** Opens once, for all who wait. */
export class Latch {
  open: () => void = () => {};
  readonly opened: Promise<void> = new Promise((resolve) => (this.open = resolve));
}

/** A body whose second half is sent when the latch is open; `halved` opens when the first one is on its way. */
export function halvesOf(
  body: string | Uint8Array,
  latch: Latch,
  halved: Latch = new Latch(),
): Parts {
  const bytes = Buffer.from(body);
  const middle = Math.ceil(bytes.length / 2);
  return {
    byteLength: bytes.length,
    async *[Symbol.asyncIterator]() {
      yield bytes.subarray(0, middle);
      halved.open();
      await latch.opened;
      yield bytes.subarray(middle);
    },
  };
}
