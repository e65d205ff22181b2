// The limit: what Node itself takes to read an event and to answer it.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const event = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : {};
    const body = JSON.stringify({ hello: event.name });
    response.writeHead(200, {
      "x-fc-status": "200",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(process.env.FC_SERVER_PORT, "0.0.0.0");
