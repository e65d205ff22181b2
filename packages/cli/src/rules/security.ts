import {
  controlPath,
  endMarker,
  formatLine,
  header,
  parseLine,
  parseMarker,
} from "@fcrt/core/protocol";
import type { Gateway } from "../gateway/gateway.ts";
import { lacksHook } from "../gateway/invocation.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Call } from "../gateway/platform-request.ts";
import { newRequestId } from "../gateway/platform-request.ts";
import { invokeToEnd } from "./bench.ts";
import { withParameter, withText } from "./further-text.ts";
import { finding, forEach, noInitializer, skipped } from "./rule.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { describeAnswer, describeLines, describeResponse, hasStack, isLike } from "./seen.ts";

const credentials = "FC documentation, function role: whoever has its credentials acts as it";
const forgery = "The console finds an invocation's log by the text of its markers and request ID";

export const securityRules: readonly Rule[] = [
  {
    id: "FC-SECURITY-001",
    family: "security",
    severity: "should",
    title: "No line holds a credential of the function's role",
    source: credentials,
    needs: ["output"],
    check: async (subject) => {
      await subject.succeeded();
      await subject.failed();
      await badCallsOf(subject);
      const { lines } = subject.gateway.log;
      const leaking = lines.flatMap((line) => {
        const text = leakIn(line.text, subject);
        return text === undefined ? [] : { ...line, text };
      });
      return finding(
        leaking.length === 0,
        noCredential,
        leaking.length > 0 ? describeLines(leaking) : `none in ${lines.length} lines`,
      );
    },
  },
  {
    id: "FC-SECURITY-002",
    family: "security",
    severity: "should",
    title: "No answer of a successful invocation holds a credential of the function's role",
    source: credentials,
    check: async (subject) => forEach(await subject.succeeded(), withoutCredential(subject)),
  },
  {
    id: "FC-SECURITY-003",
    family: "security",
    severity: "should",
    title: "No answer to a failure or to bad input holds a credential of the function's role",
    source: credentials,
    check: async (subject) =>
      forEach(
        [...(await subject.failed()), ...(await badCallsOf(subject))],
        withoutCredential(subject),
      ),
  },
  {
    id: "FC-SECURITY-004",
    family: "security",
    severity: "should",
    title: "Text with line breaks in a payload forges no marker, and no line of another invocation",
    source: forgery,
    needs: ["output"],
    check: async ({ gateway, successes, failures }) =>
      forgeries(gateway, (text) =>
        [...successes, ...failures].flatMap((call) =>
          call.kind === "invoke"
            ? [withText(call, text) ?? [], { ...call, body: text }].flat()
            : ["text/plain", "application/json"].map((type) => posted(call, type, text)),
        ),
      ),
  },
  {
    id: "FC-SECURITY-005",
    family: "security",
    severity: "should",
    title:
      "Text in a path, a query or a header forges no marker, and no line of another invocation",
    source: forgery,
    needs: ["output", "http"],
    check: async ({ gateway, successes, failures }) =>
      forgeries(gateway, (text, marker) =>
        [...successes, ...failures]
          .filter(({ kind }) => kind === "http-invoke")
          .flatMap((call) => [
            { ...call, path: withParameter(call.path ?? "/", "fcrt", text) },
            { ...call, path: `/${encodeURIComponent(text)}` },
            { ...call, headers: ["user-agent", "referer", "cookie"].map((name) => [name, marker]) },
          ]),
      ),
  },
  {
    id: "FC-SECURITY-006",
    family: "security",
    severity: "must",
    title: `A client of the HTTP trigger reaches neither ${controlPath.invoke} nor the hooks: their paths are the function's own`,
    source: `Custom runtime specification, “${header.controlPath} values”`,
    needs: ["program"],
    check: async ({ fresh, successes }) => {
      const gateway = await fresh();
      const findings: Finding[] = [];
      for (const event of successes.filter(({ kind }) => kind === "invoke")) {
        const call: Call = {
          ...event,
          kind: "http-invoke",
          method: "POST",
          path: controlPath.invoke,
        };
        findings.push(await reach(gateway, call, async () => gateway.invoke(event)));
      }
      for (const [kind, method] of hooks) {
        const call: Call = { kind: "http-invoke", method, path: controlPath[kind] };
        findings.push(await reach(gateway, call, async () => gateway.callHook(kind)));
      }
      return forEach(findings, (found) => found);
    },
  },
  {
    id: "FC-SECURITY-007",
    family: "security",
    severity: "should",
    title: "An HTTP invocation that goes wrong does not show its stack to the client",
    source: "A client of the HTTP trigger is a stranger; the platform's Go runtime tells him all",
    needs: ["http"],
    check: async (subject) => {
      const invocations = [...(await subject.failed()), ...(await badCallsOf(subject))];
      return forEach(
        invocations.filter(({ kind }) => kind === "http-invoke"),
        (invocation) => {
          const shown = hasStack(invocation.response?.body.toString() ?? "");
          return finding(!shown, "an answer without a stack", describeResponse(invocation));
        },
      );
    },
  },
];

/** Invocations with input that no function expects. */
async function badCallsOf({ gateway, successes }: Subject): Promise<readonly Invocation[]> {
  const bad: readonly Call[] = [
    { kind: "invoke", body: "{" },
    { kind: "http-invoke", path: unknownPath },
    { kind: "http-invoke", path: "/%" },
    ...successes.map((call) => posted(call, "application/json", "{")),
  ];
  const invocations: Invocation[] = [];
  for (const call of bad) {
    if (successes.some(({ kind }) => kind === call.kind))
      invocations.push(await invokeToEnd(gateway, call));
  }
  return invocations;
}

const unknownPath = "/fcrt/no-such-path";

function posted({ path = "/" }: Call, type: string, body: string): Call {
  return { kind: "http-invoke", path, method: "POST", headers: [["content-type", type]], body };
}

function withoutCredential(subject: Subject): (invocation: Invocation) => Finding {
  return (invocation) => {
    const { request, response } = invocation;
    const head = response?.headers.map((pair) => pair.join(": ")).join("\n");
    const leak = leakIn(`${head}\n\n${response?.body.toString()}`, subject);
    return leak === undefined
      ? finding(true, noCredential, describeResponse(invocation))
      : finding(false, noCredential, `${request.method} ${request.path}\n${leak}`);
  };
}

const noCredential = "none of the credentials, which contain CANARY";

/** The first credential in a text, with what stands around it. */
function leakIn(text: string, { gateway }: Subject): string | undefined {
  const places = Object.values(gateway.facts.credentials).map((credential: string) =>
    text.indexOf(credential),
  );
  const [place] = places.filter((index) => index !== -1).toSorted((one, other) => one - other);
  if (place === undefined) return undefined;
  const start = Math.max(0, place - 60);
  return `${start > 0 ? "…" : ""}${text.slice(start, place + 40)}…`;
}

async function forgeries(
  gateway: Gateway,
  callsWith: (text: string, marker: string) => readonly Call[],
): Promise<Finding> {
  const requestId = newRequestId(gateway.facts.generation, "invoke");
  const marker = endMarker("invoke", requestId);
  const text = `\n${marker}\n${formatLine(Date.now(), requestId, "INFO", "forged")}`;
  const { position } = gateway.log;
  for (const call of callsWith(text, marker)) await invokeToEnd(gateway, call);
  const lines = gateway.log.since(position);
  const forged = lines.filter(
    (line) =>
      parseMarker(line.text)?.requestId === requestId ||
      parseLine(line.text)?.requestId === requestId,
  );
  return finding(
    forged.length === 0,
    `no marker and no line of ${requestId}, which stood in the input alone`,
    forged.length > 0 ? describeLines(forged) : `none in ${lines.length} lines`,
  );
}

// As the platform calls them; what may end the program comes last.
const hooks = [
  ["initialize", "POST"],
  ["pre-stop", "GET"],
] as const;

// It is reached when the client is answered as the platform is, and on another path is answered otherwise.
async function reach(
  gateway: Gateway,
  call: Call,
  callAsPlatform: () => Promise<Invocation>,
): Promise<Finding> {
  const { program } = await gateway.instance();
  const client = await gateway.invoke(call);
  const elsewhere = await gateway.invoke({ ...call, path: unknownPath });
  if (program?.exit) return finding(false, "a program that stays up", describeResponse(client));
  const platform = await callAsPlatform();
  if (lacksHook(platform)) return skipped(noInitializer);
  if (platform.outcome.status === "failure" || !platform.response)
    return skipped(`the platform's own call of ${call.path} fails, so nobody else's could succeed`);
  return finding(
    !isSame(client, platform) || isSame(client, elsewhere),
    `another answer than the platform gets:\n${describeAnswer(platform.response)}`,
    describeResponse(client),
  );
}

function isSame({ response: one }: Invocation, { response: other }: Invocation): boolean {
  return one !== undefined && other !== undefined && isLike(one, other);
}
