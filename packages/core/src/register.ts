import { IncomingMessage, Server, ServerResponse } from "node:http";
import { adoptOptionNames, settingsOf } from "./options.ts";
import { processState } from "./process-state.ts";
import { header } from "./protocol/headers.ts";
import { adoptInto, hasAdoptedListener } from "./server/adopt.ts";
import { Host, hostOf } from "./server/host.ts";
import { hosts } from "./server/hosts.ts";
import { handleProcessEvents } from "./server/process-events.ts";

const registered = processState("register", () => ({ done: false }));

if (!registered.done) {
  registered.done = true;
  handleProcessEvents();
  adoptServers();
}

// Every server of the process passes here, whichever framework made it and however it imported `node:http`.
function adoptServers(): void {
  const host = new Host(settingsOf({}, adoptOptionNames), false);
  hosts.add(host);
  const { emit } = Server.prototype;

  Server.prototype.emit = function (
    this: Server,
    event: string | symbol,
    ...values: unknown[]
  ): boolean {
    const passOn = (): boolean => Reflect.apply(emit, this, [event, ...values]);
    const owner = hostOf(this);
    if (owner && owner !== host) return passOn();
    if (event === "listening" && listensForPlatform(this, host)) adoptServer(this, host);
    const [request, response] = values;
    const asks = event === "request" || event === "checkContinue" || event === "checkExpectation";
    if (!asks || !(request instanceof IncomingMessage) || !(response instanceof ServerResponse)) {
      return passOn();
    }
    if (!listensForPlatform(this, host) && !request.headers[header.requestId]) return passOn();
    if (hasAdoptedListener(this, event)) return passOn();
    adoptInto(host, passOn)(request, response);
    return true;
  };
}

function adoptServer(server: Server, host: Host): void {
  host.attach(server);
  host.announce();
}

function listensForPlatform(server: Server, { settings }: Host): boolean {
  const address = server.address();
  return typeof address === "object" && address?.port === settings.port;
}
