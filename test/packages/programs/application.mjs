import { createServer } from "node:http";

createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.end("unchanged");
}).listen(process.env.FC_SERVER_PORT);
