import type { ServerResponse } from "node:http";

/** Notes the headers that are given to `writeHead`: Node does not tell of them later. */
export function watchHead(response: ServerResponse): () => Headers | undefined {
  const { writeHead } = response;
  let written: Headers | undefined;
  Object.assign(response, {
    writeHead(...values: unknown[]): unknown {
      written = headersOf(values.at(-1));
      return Reflect.apply(writeHead, response, values);
    },
  });
  return () => written;
}

// An object, a list of pairs, or names and values in turn. What is wrong with them is Node's to say.
function headersOf(given: unknown): Headers | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const headers = new Headers();
  for (const [name, value] of entriesOf(given)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      try {
        headers.append(String(name), String(item));
      } catch {
        return undefined;
      }
    }
  }
  return headers;
}

function entriesOf(given: object): [name: unknown, value: unknown][] {
  if (!Array.isArray(given)) return Object.entries(given);
  const items: unknown[] = given;
  if (Array.isArray(items[0]))
    return items.filter(Array.isArray).map(([name, value]) => [name, value]);
  return items.flatMap((name, index) => (index % 2 === 0 ? [[name, items[index + 1]]] : []));
}
