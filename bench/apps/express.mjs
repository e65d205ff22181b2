import express from "express";

/** An application that knows little of the platform; `log` writes its line, if it has one. */
export function expressApp(log) {
  const app = express();
  app.use(express.json({ type: "application/octet-stream" }));
  app.post("/invoke", (request, response) => {
    log?.("accepted");
    response.set("x-fc-status", "200").json({ hello: request.body.name });
  });
  return app;
}
