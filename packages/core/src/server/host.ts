import { Server } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Context } from "../invocation/context.ts";
import { Invocations } from "../invocation/invocations.ts";
import { writeLine } from "../invocation/lines.ts";
import type { RunningInvocation } from "../invocation/running-invocation.ts";
import type { Settings } from "../options.ts";
import { writeStdout } from "../output/stdout.ts";
import { processState } from "../process-state.ts";
import { coldStartMarker, isOfficialLanguage } from "../protocol/markers.ts";
import type { ProcessHost } from "./hosts.ts";
import { answerRefusals } from "./refuse.ts";
import { replyFailure, replyResult } from "./reply.ts";
import { disableTimeouts } from "./timeouts.ts";

const hostByServer: WeakMap<Server, Host> = processState("servers", () => new WeakMap());

const announced = processState("announced", () => ({ done: false }));

type PreStop = (context: Context) => unknown;

/** What `serve` and `adopt` stand on: the invocations of one runtime, the servers that bring them, and their stop. */
export class Host implements ProcessHost {
  readonly settings: Settings;
  readonly invocations: Invocations;
  readonly ownsProcess: boolean;

  readonly #servers = new Set<Server>();
  readonly #preStop: PreStop | undefined;
  #preStopCalled = false;
  #stopped: Promise<void> | undefined;

  constructor(settings: Settings, ownsProcess: boolean, preStop?: PreStop) {
    this.settings = settings;
    this.ownsProcess = ownsProcess;
    this.#preStop = preStop;
    this.invocations = new Invocations({
      ...settings,
      answerFailure: (invocation: RunningInvocation) => replyFailure(invocation, settings),
    });
  }

  get stopping(): boolean {
    return this.#stopped !== undefined;
  }

  /** Answers for a server from now on: it keeps its connections, a stop closes it, refusals bear `x-fc-status`. */
  attach(server: Server): void {
    if (this.#servers.has(server)) return;
    disableTimeouts(server);
    if (server.listenerCount("clientError") === 0) answerRefusals(server);
    this.#servers.add(server);
    hostByServer.set(server, this);
  }

  /** Answers for the server that a request came through. */
  attachServerOf(request: IncomingMessage): void {
    const { socket } = request;
    if ("server" in socket && socket.server instanceof Server) this.attach(socket.server);
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  /** The platform's own call of the hook. */
  preStop(context: Context): unknown {
    this.#preStopCalled = true;
    return this.#preStop?.(context);
  }

  async preStopUnlessCalled(): Promise<void> {
    if (this.#preStopCalled || !this.#preStop) return;
    const invocation = this.invocations.openOwn("pre-stop");
    const hook = (): unknown => this.preStop(invocation.context);
    invocation.run(hook, (result) => replyResult(invocation, result, this.settings));
    await this.invocations.drain(this.settings.drainTimeout);
  }

  async flush(): Promise<void> {
    await this.invocations.hooks.stop();
  }

  abandon(exitCode: number): void {
    this.invocations.abandon(exitCode);
  }

  /** Says once a process, and unless markers are off, that a cold start is over. */
  announce(): void {
    const { markers, runtimeName } = this.settings;
    if (announced.done || !markers) return;
    announced.done = true;
    if (isOfficialLanguage(runtimeName)) {
      writeLine(
        "WARN",
        `Expected \`runtimeName\` to be no language of the platform's own, got \`${runtimeName}\``,
      );
    }
    writeStdout(`${coldStartMarker(runtimeName)}\n`);
  }

  async #stop(): Promise<void> {
    const closed = [...this.#servers].map(stopListening);
    // Node takes a connection for idle whose response is ended, sent or not.
    if (!this.invocations.isSending())
      for (const server of this.#servers) server.closeIdleConnections();
    this.invocations.lastOnTheirConnections();
    await this.invocations.drain(this.settings.drainTimeout);
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
    await this.flush();
  }
}

/** The host that answers for a server, so that no server is adopted twice. */
export function hostOf(server: Server): Host | undefined {
  return hostByServer.get(server);
}

// As `net.Server` does it: the close of `http.Server` would close connections too.
const { close }: Server = Object.getPrototypeOf(Server.prototype);

async function stopListening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    close.call(server, () => resolve());
  });
}
