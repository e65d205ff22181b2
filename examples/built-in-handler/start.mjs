import { start } from "@fcrt/core/start";

await start({
  handler: "index.handler",
  initializer: "index.initialize",
  preStop: "index.preStop",
});
