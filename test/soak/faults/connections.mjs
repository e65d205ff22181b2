// Clients that misbehave beside others that do not.
import { setTimeout as pause } from "node:timers/promises";
import { campaign } from "../engine/campaign.mjs";
import { openConnection } from "../engine/connection.mjs";
import { count } from "../engine/figures.mjs";
import { acts, requestOf } from "../engine/plan.mjs";
import { within } from "../engine/programs.mjs";
import { bytesOf, faultOf, messageOf } from "../engine/requests.mjs";

/** Clients that are gone at any moment: before, in and after their request. */
export async function abort(size) {
  const clients = size === "full" ? 1000 : 40;
  const { seen, invocations } = await beside(size, clients, "abort", async (scene, request) => {
    const bytes = bytesOf(messageOf(request, { name: "leave" }));
    const { socket, closed } = await openConnection(scene.port);
    const sent = Math.random() < 0.5 ? bytes.length : Math.random() * bytes.length;
    socket.write(bytes.slice(0, sent));
    await pause(Math.random() * 50);
    if (Math.random() < 0.5) socket.resetAndDestroy();
    else socket.destroy();
    await closed;
  });
  return reportOf(seen, clients, "clients that abort", invocations);
}

/** Clients that send a byte now and then, and finish at last. */
export async function slowloris(size) {
  const clients = size === "full" ? 500 : 20;
  const { seen, invocations } = await beside(size, clients, "page", async (scene, request) => {
    const bytes = bytesOf(messageOf(request));
    const { socket, answer } = await openConnection(scene.port);
    const slowly = 200;
    socket.write(bytes.slice(0, -slowly));
    for (let index = bytes.length - slowly; index < bytes.length; index++) {
      if (!scene.isOver) await pause(20);
      socket.write(bytes[index]);
    }
    const fault = faultOf(request, await answer());
    socket.destroy();
    return fault;
  });
  return reportOf(seen, clients, "clients that send a byte each 20 ms", invocations);
}

/** Clients that say that they send no more, and listen on. */
export async function halfClose(size) {
  const clients = size === "full" ? 1000 : 40;
  const { seen, invocations } = await beside(size, clients, "leave", async (scene, request) => {
    const { socket, closed } = await openConnection(scene.port);
    socket.end(bytesOf(messageOf(request)));
    await closed;
  });
  return reportOf(seen, clients, "half-closed connections", invocations);
}

// Those whose answers tell their length.
const lengthy = Object.keys(acts).filter((name) => {
  const { gone, told, share } = acts[name];
  return share > 0 && told && !gone && name !== "stream";
});

/** Clients that send all that they want at once, on one connection each. */
export async function pipeline(size) {
  const [clients, each] = size === "full" ? [100, 200] : [10, 10];
  const invocations = size === "full" ? 10_000 : 100;
  const nameOf = (index) => lengthy[index % lengthy.length];
  const total = clients * each;
  const names = new Map(
    Array.from({ length: total }, (_, index) => [invocations + index, nameOf(index)]),
  );
  const requests = [...names].map(([index, name]) => requestOf(index, name));
  const disturb = async ({ port }) => {
    const faults = await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        const own = requests.slice(client * each, (client + 1) * each);
        const { socket, answer } = await openConnection(port);
        for (const request of own) socket.write(bytesOf(messageOf(request)));
        const found = [];
        for (const request of own) found.push(faultOf(request, await answer()));
        socket.destroy();
        return found;
      }),
    );
    return faults.flat().filter(Boolean);
  };
  const seen = await campaign({ invocations, names, disturb, label: "pipeline" });
  return reportOf(seen, total, `requests on ${clients} connections, pipelined`, invocations);
}

/** Connections that are open and silent, and then are used. */
export async function idle(size) {
  const clients = size === "full" ? 10_000 : 100;
  const invocations = size === "full" ? 20_000 : 100;
  const names = namesOf(invocations, clients, "page");
  const disturb = async (scene) => {
    const connections = [];
    while (connections.length < clients) {
      // No more at once than the queue of the system holds.
      const more = Math.min(100, clients - connections.length);
      const opened = Array.from({ length: more }, () => openConnection(scene.port));
      connections.push(...(await Promise.all(opened)));
    }
    while (!scene.isOver) await pause(50);
    const faults = [];
    for (const [position, { socket, answer }] of connections.entries()) {
      const request = requestOf(invocations + position, "page");
      socket.write(bytesOf(messageOf(request)));
      faults.push(faultOf(request, await within(answer(), "an answer on an idle connection")));
    }
    for (const { socket } of connections) socket.destroy();
    return faults.filter(Boolean);
  };
  const seen = await campaign({ invocations, names, disturb, label: "idle" });
  return reportOf(seen, clients, "idle connections, each used at last", invocations);
}

/** So many clients of one kind at the same time, beside a load. */
async function beside(size, clients, name, client) {
  const invocations = size === "full" ? 10_000 : 100;
  const names = namesOf(invocations, clients, name);
  const disturb = async (scene) => {
    const requests = [...names.keys()].map((index) => requestOf(index, name));
    const faults = await Promise.all(
      requests.map((request) => within(client(scene, request), "a client to end", 300)),
    );
    return faults.filter(Boolean);
  };
  return { seen: await campaign({ invocations, names, disturb, label: name }), invocations };
}

function namesOf(first, length, name) {
  return new Map(Array.from({ length }, (_, index) => [first + index, name]));
}

function reportOf({ faults }, clients, what, invocations) {
  return {
    load: `${count(clients)} ${what}, beside ${count(invocations)} invocations`,
    result: "all paired, answered and closed",
    faults,
  };
}
