import { serve } from "@fcrt/core";
import type { OssEvent, OssRecord } from "@fcrt/core";
import { logger } from "@fcrt/logger";

await serve({
  invoke(event) {
    const { events } = event.json<OssEvent>();
    return { received: events.map(receive) };
  },
});

// The compiler knows the event: `object.size` may be absent, and is a number of bytes.
function receive({ eventName, oss: { bucket, object } }: OssRecord): string {
  if (!object.size) throw new Error(`Expected \`${object.key}\` to have content`);
  logger.info({ bucket: bucket.name, key: object.key, bytes: object.size }, eventName);
  return object.key;
}
