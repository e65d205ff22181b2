import { setTimeout } from "node:timers/promises";
import { serve } from "@fcrt/core";

await serve({
  async fetch(request, { signal }) {
    const question = new URL(request.url).searchParams.get("question") ?? "";
    const words = await ask(question);
    const events = ReadableStream.from(eventsOf(words, signal));
    return new Response(events.pipeThrough(new TextEncoderStream()), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  },
});

// Each event leaves as it is made. When the client goes, `signal` aborts and nothing more is made.
async function* eventsOf(words, signal) {
  for (const word of words) {
    await setTimeout(100, undefined, { signal });
    yield `data: ${JSON.stringify({ word })}\n\n`;
  }
  yield "data: [DONE]\n\n";
}

// Stands for a model. What fails before the first event is a failure that the platform sees.
async function ask(question) {
  if (!question) throw new Error("The model refuses an empty question");
  return ["You", "asked:", ...question.split(" ")];
}
