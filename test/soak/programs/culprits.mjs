// A function in which one invocation misbehaves while its neighbors wait for their release.
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { serve } from "@fcrt/core";
import { captureConsole, logger } from "@fcrt/logger";
import { tracing } from "@fcrt/trace";

captureConsole();
let release;
const released = new Promise((resolve) => (release = resolve));
const shared = new EventEmitter().setMaxListeners(1000);
const forever = () => new Promise(() => {});

const boom = (token) => () => {
  throw new Error(`boom ${token}`);
};

const events = {
  async neighbor({ token }) {
    logger.info(`said ${token} 0`);
    await released;
    console.log(`said ${token} 1`);
    return token;
  },
  "throws at once": ({ token }) => boom(token)(),
  "throws in a timer"({ token }) {
    setTimeout(boom(token), 1);
    return forever();
  },
  "throws in a stream"({ token }) {
    Readable.from(["chunk"]).on("data", boom(token));
    return forever();
  },
  "rejects what nobody awaits"({ token }) {
    void Promise.reject(new Error(`boom ${token}`));
    return forever();
  },
  // Somebody outside of all invocations emits.
  "throws in a shared listener"() {
    shared.once("tick", () => {
      throw new Error("the listener fails");
    });
    process.send("listens");
    return forever();
  },
  // An invocation emits in which another one listens.
  emits: () => shared.emit("tick"),
  exits: () => process.exit(3),
  blocks({ milliseconds, token }) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return token;
  },
  "never answers": forever,
};

const runtime = await serve(
  {
    async invoke(event) {
      const order = event.json();
      return events[order.name](order);
    },
    async http(request, response) {
      const { token } = JSON.parse(request.headers["x-soak-order"]);
      response.end(token);
      // Nothing of this may reach anybody, now or when the response is gone.
      const answerLate = () => {
        for (let index = 0; index < 10; index++) response.end("late");
        response.write("late");
      };
      answerLate();
      await new Promise((resolve) => response.once("close", resolve));
      answerLate();
      response.destroy();
      request.destroy();
    },
  },
  {
    port: 0,
    host: "127.0.0.1",
    drainTimeout: 10_000,
    extensions: [tracing({ exporter: "none" })],
  },
);

const deeds = { release, emit: () => shared.emit("tick") };
process.on("message", (deed) => deeds[deed]());
process.channel.unref();
process.send({ port: runtime.port });
