// Programs that run beside the attack: none outlives it, whatever ends it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const running = new Set();

/** Ends those that an attack has left. */
export function stopPrograms() {
  for (const child of running) child.kill("SIGKILL");
}

process.once("exit", stopPrograms);

/**
 * Starts a file of this folder, with a channel to it; resolves with what it says first. `stdout` and `further` are what
 * `spawn` takes for the descriptors 1 and those from 3.
 */
export async function startProgram(file, options = {}) {
  const { args = [], env = {}, nodeOptions = [], stdout = "inherit", further = [] } = options;
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, path, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", stdout, "pipe", ...further, "ipc"],
  });
  running.add(child);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const exited = new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      resolve(signal ?? code);
    });
  });
  const heard = async () => {
    const [message] = await Promise.race([
      once(child, "message"),
      exited.then((end) => {
        throw new Error(`Expected ${file} to answer, it ended with ${end}\n${stderr}`);
      }),
    ]);
    return message;
  };
  const first = await within(heard(), `a word of ${file}`);
  return {
    child,
    exited,
    first,
    get stderr() {
      return stderr;
    },
    /** Asks what the program answers by one message. */
    ask(question) {
      const answer = heard();
      child.send(question);
      return within(answer, `an answer of ${file}`);
    },
    /** Kills it. */
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Settles as the promise does, unless that takes too long: then it says what was expected. */
export async function within(promise, what, seconds = 60) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    const fail = () => reject(new Error(`Expected ${what} within ${seconds} s`));
    timer = setTimeout(fail, seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
