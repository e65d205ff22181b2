// The contract by hand on Hono and its adapter for Node.
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();
app.post("/invoke", async (context) => {
  const requestId = context.req.header("x-fc-request-id");
  console.log(`FC Invoke Start RequestId: ${requestId}`);
  const event = await context.req.json();
  console.log(`${new Date().toISOString()} ${requestId} [INFO] accepted`);
  console.log(`FC Invoke End RequestId: ${requestId}`);
  context.header("x-fc-status", "200");
  return context.json({ hello: event.name });
});
app.post("/initialize", (context) => {
  const requestId = context.req.header("x-fc-request-id");
  console.log(`FC Initialize Start RequestId: ${requestId}`);
  console.log(`FC Initialize End RequestId: ${requestId}`);
  context.header("x-fc-status", "200");
  return context.body("");
});
serve({ fetch: app.fetch, port: Number(process.env.FC_SERVER_PORT), hostname: "0.0.0.0" });
