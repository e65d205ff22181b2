import { serve } from "@fcrt/core";

await serve({
  initialize: async (context) => {
    console.log(`set up in ${context.region}`);
  },
  invoke: async (event, context) => {
    const { name } = event.json();
    if (!name) throw new Error("Expected the event to have a `name`");
    return { hello: name, coldStart: context.coldStart };
  },
  http: (request, response) => {
    response.setHeader("content-type", "text/plain");
    response.end(`You asked for ${request.url}\n`);
  },
});
