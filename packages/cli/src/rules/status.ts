import { header } from "@fcrt/core/protocol";
import { lacksHook } from "../gateway/invocation.ts";
import type { Invocation } from "../gateway/invocation.ts";
import type { Call } from "../gateway/platform-request.ts";
import { finding, forEach, noInitializer, skipped } from "./rule.ts";
import type { Finding, Rule } from "./rule.ts";
import { describeResponse, reportedStatusOf } from "./seen.ts";

const spec = "Custom runtime specification, “Response codes and response headers”";

export const statusRules: readonly Rule[] = [
  {
    id: "FC-STATUS-001",
    family: "status",
    severity: "must",
    title: "A successful invocation answers StatusCode 200, an HTTP function any 2xx or 3xx",
    source: spec,
    check: async ({ succeeded }) =>
      forEach(await succeeded(), (invocation) => {
        const { kind, response } = invocation;
        const status = response?.status ?? 0;
        return kind === "invoke"
          ? judged(status === 200, "StatusCode 200", invocation)
          : judged(
              status >= 200 && status < 400,
              "StatusCode 200, or another 2xx or 3xx",
              invocation,
            );
      }),
  },
  {
    id: "FC-STATUS-002",
    family: "status",
    severity: "must",
    title: `A successful invocation reports ${header.status}: 200`,
    source: spec,
    check: async ({ succeeded }) => forEach(await succeeded(), reports("200")),
  },
  {
    id: "FC-STATUS-003",
    family: "status",
    severity: "must",
    title: "A failed invocation answers StatusCode 404, an HTTP function any 4xx or 5xx",
    source: spec,
    needs: ["failure"],
    check: async ({ failed }) =>
      forEach(await failed(), (invocation) => {
        const { kind, response } = invocation;
        const status = response?.status ?? 0;
        return kind === "invoke"
          ? judged(status === 404, "StatusCode 404", invocation)
          : judged(status >= 400, "StatusCode 404, or another 4xx or 5xx", invocation);
      }),
  },
  {
    id: "FC-STATUS-004",
    family: "status",
    severity: "must",
    title: `A failed invocation reports ${header.status}: 404; without it the platform records a success`,
    source: spec,
    needs: ["failure"],
    check: async ({ failed }) => forEach(await failed(), reports("404")),
  },
  {
    id: "FC-STATUS-005",
    family: "status",
    severity: "must",
    title: "An initialization that succeeds answers StatusCode 200 and reports it",
    source: spec,
    check: async ({ initialization }) => {
      if (lacksHook(initialization)) return skipped(noInitializer);
      const good =
        initialization.response?.status === 200 &&
        reportedStatusOf(initialization.response) === "200";
      return judged(good, `StatusCode 200 and ${header.status}: 200`, initialization);
    },
  },
  {
    id: "FC-STATUS-006",
    family: "status",
    severity: "must",
    title: `A path that the application does not know is answered with ${header.status} too`,
    source: spec,
    needs: ["http"],
    check: async ({ gateway }) => {
      const call: Call = { kind: "http-invoke", path: "/fcrt/no-such-path" };
      return reportsEither(await gateway.invoke(call));
    },
  },
  {
    id: "FC-STATUS-007",
    family: "status",
    severity: "must",
    title: "An event that makes no sense gets an answer whose StatusCode and report agree",
    source: spec,
    needs: ["event"],
    check: async ({ gateway }) => {
      const events = ["", "{", Buffer.from([0x00, 0xff, 0xfe, 0x80])];
      const invocations: Invocation[] = [];
      for (const body of events) invocations.push(await gateway.invoke({ kind: "invoke", body }));
      return forEach(invocations, (invocation) => {
        const { response } = invocation;
        const agree = String(response?.status) === reportedStatusOf(response);
        return judged(
          agree && isKnown(reportedStatusOf(response)),
          `StatusCode 200 with ${header.status}: 200, or both 404`,
          invocation,
        );
      });
    },
  },
  {
    id: "FC-STATUS-008",
    family: "status",
    severity: "should",
    title: `A response has ${header.status} once, with a value that the specification knows`,
    source: spec,
    check: async ({ succeeded, failed }) =>
      forEach([...(await succeeded()), ...(await failed())], (invocation) => {
        const values = invocation.response?.headers
          .filter(([name]) => name.toLowerCase() === header.status)
          .map(([, value]) => value);
        if (!values || values.length === 0) return skipped(`there is no ${header.status}`);
        const good = values.length === 1 && isKnown(values[0]);
        return judged(good, `one ${header.status}, either 200 or 404`, invocation);
      }),
  },
];

function reports(status: "200" | "404"): (invocation: Invocation) => Finding {
  return (invocation) =>
    judged(
      reportedStatusOf(invocation.response) === status,
      `${header.status}: ${status}`,
      invocation,
    );
}

function reportsEither(invocation: Invocation): Finding {
  const known = isKnown(reportedStatusOf(invocation.response));
  return judged(known, `${header.status}: 200 or 404`, invocation);
}

function isKnown(status: string | undefined): boolean {
  return status === "200" || status === "404";
}

function judged(passed: boolean, expected: string, invocation: Invocation): Finding {
  return finding(passed, expected, describeResponse(invocation));
}
