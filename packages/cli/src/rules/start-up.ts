import { networkInterfaces } from "node:os";
import { coldStartMarker, isOfficialLanguage, parseColdStartMarker } from "@fcrt/core/protocol";
import { isListening } from "../gateway/instance.ts";
import { finding, skipped } from "./rule.ts";
import type { Rule } from "./rule.ts";
import { describeAnswer, describeLines } from "./seen.ts";

export const startUpRules: readonly Rule[] = [
  {
    id: "FC-START-001",
    family: "start-up",
    severity: "should",
    title: "It listens on every address, not on the loopback alone",
    source: "FC documentation, custom runtime: an instance that binds 127.0.0.1 is not started",
    needs: ["program"],
    check: async ({ gateway }) => {
      const { port } = await gateway.instance();
      const address = otherAddress();
      if (address === undefined) return skipped("this machine has no other address to try");
      const reached = await isListening(address, port);
      return finding(
        reached,
        `a connection to ${address}:${port}, as to 0.0.0.0`,
        reached ? "a connection" : "a connection to 127.0.0.1 alone",
      );
    },
  },
  {
    id: "FC-START-002",
    family: "start-up",
    severity: "should",
    title: "It takes its port from the environment",
    source:
      "FC documentation, environment variables: FC_CUSTOM_LISTEN_PORT; FC_SERVER_PORT before it",
    needs: ["program"],
    check: async ({ gateway }) => {
      const { port, wantedPort } = await gateway.instance();
      return finding(port === wantedPort, `port ${wantedPort}`, `port ${port}`);
    },
  },
  {
    id: "FC-START-003",
    family: "start-up",
    severity: "should",
    title: "A request without any header of the platform is answered, and the program stays up",
    source: "Health checks and local tools of the platform send such requests",
    check: async ({ gateway }) => {
      const before = await gateway.instance();
      const response = await gateway.send({ method: "GET", path: "/", headers: [] });
      await gateway.send({ method: "GET", path: "/", headers: [] });
      const stayed = (await gateway.instance()) === before;
      return finding(
        stayed && response.status < 500,
        "an answer below 500, and again one",
        describeAnswer(response),
      );
    },
  },
  {
    id: "FC-START-004",
    family: "start-up",
    severity: "should",
    title:
      "The line that flags a cold start, if it is written, comes once a process and names no official language",
    source: "Custom runtime specification, “Log format”, runtime start",
    needs: ["output"],
    check: async ({ gateway }) => {
      const lines = gateway.log.lines.filter(({ text }) => parseColdStartMarker(text));
      const [name = ""] = lines.map(({ text }) => parseColdStartMarker(text));
      return finding(
        lines.length < 2 && !isOfficialLanguage(name),
        `at most one line such as ${coldStartMarker("my-runtime")}`,
        describeLines(lines),
      );
    },
  },
];

// On Linux all of 127/8 is there, and only who binds every address is reached at another one.
function otherAddress(): string | undefined {
  if (process.platform === "linux") return "127.0.0.2";
  return Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal)?.address;
}
