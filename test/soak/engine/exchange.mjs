// One request and its answer, by Node's client.
import { request as send } from "node:http";
import { messageOf } from "./requests.mjs";

const patience = 120_000;

/**
 * Sends a request; resolves to status, `x-fc-status` and body, rejects when the connection breaks. `order` and `headers`
 * are added to what the plan says, `begun` is given the request of Node's client, and its response when it comes.
 */
export async function exchange(port, request, { agent = false, order, headers, begun } = {}) {
  const message = messageOf(request, order);
  const options = { ...message, headers: { ...message.headers, ...headers } };
  const outgoing = send({ host: "127.0.0.1", port, agent, ...options });
  const answer = new Promise((resolve, reject) => {
    const late = setTimeout(() => outgoing.destroy(new Error("no answer in time")), patience);
    outgoing.once("close", () => clearTimeout(late));
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      begun?.(outgoing, response);
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => resolve(answerOf(response, chunks)));
    });
  });
  begun?.(outgoing);
  outgoing.end(message.body);
  return answer;
}

function answerOf(response, chunks) {
  return {
    status: response.statusCode,
    fcStatus: response.headers["x-fc-status"],
    body: Buffer.concat(chunks).toString(),
  };
}
