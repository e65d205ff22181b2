import { serve } from "@fcrt/core";
import { captureConsole } from "@fcrt/logger";
import { Hono } from "hono";

captureConsole();

const app = new Hono();

// What `serve` passes beside the request, the context of the invocation, is Hono's `env`.
app.get("/", (c) => c.text(`Hello from ${c.env.region}!\n`));

app.post("/orders", async (c) => {
  const order = { id: 7, ...(await c.req.json()) };
  console.log("ordered", order);
  return c.json(order, 201);
});

app.get("/orders/:id", (c) => {
  throw new Error(`Cannot read order ${c.req.param("id")}`);
});

await serve({ fetch: app.fetch });
