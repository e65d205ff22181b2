// The contract done properly with nothing but Node: what a careful user would write.
import { createServer } from "node:http";

const logs = process.env.LOG !== "off";
const markers = { "/initialize": "Initialize", "/invoke": "Invoke" };

const server = createServer((request, response) => {
  const requestId = request.headers["x-fc-request-id"];
  const marker = markers[request.headers["x-fc-control-path"]] ?? "Invoke";
  console.log(`FC ${marker} Start RequestId: ${requestId}`);
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    try {
      const result =
        marker === "Invoke"
          ? await invoke(JSON.parse(Buffer.concat(chunks)), requestId)
          : undefined;
      console.log(`FC ${marker} End RequestId: ${requestId}`);
      reply(response, 200, result === undefined ? "" : JSON.stringify(result));
    } catch (error) {
      console.log(error.stack);
      console.log(`FC ${marker} End RequestId: ${requestId}, Error: Unhandled function error`);
      reply(response, 404, JSON.stringify({ errorMessage: error.message, errorType: error.name }));
    }
  });
});
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.headersTimeout = 0;
server.listen(process.env.FC_SERVER_PORT, "0.0.0.0", () => {
  console.log("FunctionCompute bench runtime inited.");
});

async function invoke(event, requestId) {
  if (logs) console.log(`${new Date().toISOString()} ${requestId} [INFO] accepted`);
  if (event.wait) await new Promise((resolve) => setTimeout(resolve, event.wait));
  return { hello: event.name };
}

function reply(response, status, body) {
  response.writeHead(status, {
    "x-fc-status": String(status),
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
