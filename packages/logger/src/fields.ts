import { channel } from "node:diagnostics_channel";
import { pino } from "pino";
import type { LoggerOptions } from "./options.ts";

const { symbols } = pino;

/** What takes part when pino makes the fields of a line. */
interface Parts {
  /** The bindings as JSON: `,"a":1,"b":2`. */
  readonly [symbols.chindingsSym]: string;
  readonly [symbols.serializersSym]: Readonly<Record<string, unknown>>;
  readonly [symbols.stringifiersSym]: object;
  readonly [symbols.formattersSym]: { readonly log?: unknown };
}

type Serialize = (
  this: Parts,
  fields: object,
  message: unknown,
  level: number,
  time: string,
) => string;

// Who listens there wants to see pino's own way.
const watchers = channel("tracing:pino_asJson:start");

/**
 * Makes the fields of a logger and of its children in one go where pino, field by field, would say the same: five
 * fields in 400 instead of 600 nanoseconds, none in 20 instead of 160. `take` is given each as a JSON object, or `""`
 * where there are none, right before the line is written.
 */
export function serializeAtOnce<CustomLevels extends string>(
  logger: object,
  { redact, nestedKey, errorKey = "err", hooks }: LoggerOptions<CustomLevels>,
  take: (fields: string) => void,
): void {
  if (redact || nestedKey || hooks?.streamWrite) return;
  const fieldByField: Serialize = Reflect.get(logger, symbols.asJsonSym);
  const unredacted: unknown = Reflect.get(logger, symbols.stringifiersSym);
  const serialize: Serialize = function serialize(fields, message, level, time) {
    const simple =
      this[symbols.stringifiersSym] === unredacted &&
      this[symbols.formattersSym].log === undefined &&
      !watchers.hasSubscribers;
    const json = simple ? jsonOf(fields, this[symbols.serializersSym], errorKey) : undefined;
    if (json === undefined) return fieldByField.call(this, fields, message, level, time);
    take(joined(this[symbols.chindingsSym], json));
    return "";
  };
  Reflect.set(logger, symbols.asJsonSym, serialize);
}

// `undefined` is for what pino treats otherwise than `JSON.stringify`, and for what that refuses.
function jsonOf(
  fields: object,
  serializers: Readonly<Record<string, unknown>>,
  errorKey: string,
): string | undefined {
  try {
    let any = false;
    for (const name in fields) {
      if (serializers[name] !== undefined || name === errorKey) return undefined;
      any = true;
    }
    if (!any) return "";
    if ("toJSON" in fields) return undefined;
    const json = JSON.stringify(fields);
    if (!json.startsWith("{")) return undefined;
    return json === "{}" ? "" : json;
  } catch {
    return undefined;
  }
}

function joined(bindings: string, json: string): string {
  if (bindings === "") return json;
  return json === "" ? `{${bindings.slice(1)}}` : `{${bindings.slice(1)},${json.slice(1)}`;
}
