export { controlPath, kindOf } from "./protocol/kinds.ts";
export type { Kind } from "./protocol/kinds.ts";
export {
  callerHeader,
  credentialHeaders,
  header,
  internalHeaders,
  isReservedResponseHeader,
  platformHeaderPrefix,
} from "./protocol/headers.ts";
export { defaultPort, variable } from "./protocol/environment.ts";
export {
  formatLine,
  lineLimit,
  noRequestId,
  parseLine,
  plainStyle,
  timestampOf,
} from "./protocol/line.ts";
export type { Line, LineStyle, Multiline } from "./protocol/line.ts";
export { asyncRetries, limit } from "./protocol/limits.ts";
export {
  coldStartMarker,
  endMarker,
  isOfficialLanguage,
  parseColdStartMarker,
  parseMarker,
  startMarker,
} from "./protocol/markers.ts";
export type { Marker } from "./protocol/markers.ts";
export { statusOf, success } from "./protocol/outcome.ts";
export type { FailureKind, Outcome } from "./protocol/outcome.ts";
export { isRequestId } from "./protocol/request-id.ts";
