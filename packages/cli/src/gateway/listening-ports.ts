import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The TCP ports that the processes of a session listen on; `undefined` where `/proc` does not tell. */
export function listeningPortsOf(session: number): readonly number[] | undefined {
  try {
    const portBySocket = listeningSockets();
    const processes = readdirSync("/proc").filter((name) => isInSession(name, session));
    const ports = processes.flatMap(socketsOf).flatMap((socket) => portBySocket.get(socket) ?? []);
    return [...new Set(ports)];
  } catch {
    return undefined;
  }
}

function listeningSockets(): ReadonlyMap<string, number> {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(textIfThere);
  return new Map(
    tables
      .flatMap((table) => table.split("\n"))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === listening)
      .map(([, address = "", , , , , , , , inode]) => [
        `socket:[${inode}]`,
        parseInt(address.slice(address.indexOf(":") + 1), 16),
      ]),
  );
}

const listening = "0A";

// A system without IPv6 has no second table.
function textIfThere(path: string): string[] {
  try {
    return [readFileSync(path, "utf8")];
  } catch {
    return [];
  }
}

// Behind the name, which is in parentheses: state, parent, group, session.
function isInSession(process: string, session: number): boolean {
  if (!/^\d+$/.test(process)) return false;
  const [stat = ""] = textIfThere(`/proc/${process}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3] === String(session);
}

function socketsOf(process: string): string[] {
  const folder = `/proc/${process}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [readlinkSync(`${folder}/${name}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
