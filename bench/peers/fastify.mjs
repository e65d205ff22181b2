// The contract by hand on Fastify and its own logger.
import Fastify, { LogController } from "fastify";
import pino from "pino";

const stream = pino.destination({ sync: process.env.LOG_AT_ONCE !== "off" });
const app = Fastify({
  loggerInstance: pino(stream),
  logController: new LogController({ disableRequestLogging: true }),
});
app.addContentTypeParser(
  "application/octet-stream",
  { parseAs: "string" },
  (_request, body, done) => done(null, body === "" ? undefined : JSON.parse(body)),
);
app.post("/invoke", async (request, reply) => {
  const requestId = request.headers["x-fc-request-id"];
  stream.write(`FC Invoke Start RequestId: ${requestId}\n`);
  request.log.info("accepted");
  stream.write(`FC Invoke End RequestId: ${requestId}\n`);
  reply.header("x-fc-status", "200");
  return { hello: request.body.name };
});
app.post("/initialize", async (request, reply) => {
  const requestId = request.headers["x-fc-request-id"];
  stream.write(`FC Initialize Start RequestId: ${requestId}\n`);
  stream.write(`FC Initialize End RequestId: ${requestId}\n`);
  reply.header("x-fc-status", "200");
  return "";
});
await app.listen({ port: Number(process.env.FC_SERVER_PORT), host: "0.0.0.0" });
