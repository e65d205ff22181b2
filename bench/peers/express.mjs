// The contract by hand on Express, with the logger that one gives it.
import express from "express";
import pino from "pino";
import { pinoHttp } from "pino-http";

const stream = pino.destination({ sync: true });
const app = express();
app.use(pinoHttp({ logger: pino(stream), autoLogging: false }));
app.use(express.json({ type: "application/octet-stream" }));
app.post("/invoke", (request, response) => {
  const requestId = request.headers["x-fc-request-id"];
  stream.write(`FC Invoke Start RequestId: ${requestId}\n`);
  request.log.info("accepted");
  stream.write(`FC Invoke End RequestId: ${requestId}\n`);
  response.set("x-fc-status", "200").json({ hello: request.body.name });
});
app.post("/initialize", (request, response) => {
  const requestId = request.headers["x-fc-request-id"];
  stream.write(`FC Initialize Start RequestId: ${requestId}\n`);
  stream.write(`FC Initialize End RequestId: ${requestId}\n`);
  response.set("x-fc-status", "200").end();
});
app.listen(Number(process.env.FC_SERVER_PORT), "0.0.0.0");
