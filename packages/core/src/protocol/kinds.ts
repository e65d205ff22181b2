/** What the platform asks for with one request. */
export type Kind = "invoke" | "http-invoke" | "initialize" | "pre-freeze" | "pre-stop";

/** The values of `x-fc-control-path`, and the paths of the calls that the platform makes itself. */
export const controlPath = {
  invoke: "/invoke",
  "http-invoke": "/http-invoke",
  initialize: "/initialize",
  "pre-freeze": "/pre-freeze",
  "pre-stop": "/pre-stop",
} as const;

const kindByControlPath = new Map<string, Kind>([
  [controlPath.invoke, "invoke"],
  [controlPath["http-invoke"], "http-invoke"],
  [controlPath.initialize, "initialize"],
  [controlPath["pre-freeze"], "pre-freeze"],
  [controlPath["pre-stop"], "pre-stop"],
]);

const kindByCall = new Map<string, Kind>([
  [`POST ${controlPath.invoke}`, "invoke"],
  [`POST ${controlPath.initialize}`, "initialize"],
  [`GET ${controlPath["pre-freeze"]}`, "pre-freeze"],
  [`GET ${controlPath["pre-stop"]}`, "pre-stop"],
]);

/**
 * The kind of a request: the control path header decides, whatever method and path say; without one (an empty
 * header is an absent one) method and path decide, and what they do not name is an HTTP invocation.
 *
 * @returns `undefined` when the header holds a value that the contract does not know.
 */
export function kindOf(method: string, url: string, controlPathHeader?: string): Kind | undefined {
  if (controlPathHeader) return kindByControlPath.get(controlPathHeader);
  return kindByCall.get(`${method} ${pathOf(url)}`) ?? "http-invoke";
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
