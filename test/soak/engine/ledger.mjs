// What is on stdout, held against what was asked: every Start, End and line, each with the ID and the token of its own.
import { indexOfId, indexOfToken, requestOf } from "./plan.mjs";

const started = 1;
const ended = 2;
const mostFaults = 10;

const phases = {
  invoke: "Invoke",
  "http-invoke": "Invoke",
  initialize: "Initialize",
  "pre-freeze": "PreFreeze",
};
const marker =
  /^FC (Invoke|Initialize|PreFreeze) (Start|End) RequestId: ([^ ,]+)(?:, Error: (\w+) function error)?$/;
const recommended = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} (\S+) \[(INFO|WARN|ERROR)\] (.*)$/;
// What follows the first line of an error.
const stack = /^ +at |^ +code: |^\}$/;

/** The lines of the requests with numbers below `size`; `names` says how those go that do not go by their number. */
export class Ledger {
  /** What there was on stdout. */
  counts = { starts: 0, ends: 0, lines: 0, initializations: 0, lostSpans: 0 };
  /** What was said of errors that belong to no invocation. */
  ownErrors = [];
  /** What should not have been there. */
  faults = [];

  #rest = "";
  #size;
  #names;
  #moments;
  #said;
  #errors;
  #warnings;

  constructor(size, names = new Map()) {
    this.#size = size;
    this.#names = names;
    this.#moments = new Uint8Array(size);
    this.#said = new Uint8Array(size);
    this.#errors = new Uint8Array(size);
    this.#warnings = new Uint8Array(size);
  }

  /** Takes in what came from the pipe, in pieces of any length. */
  read(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) this.#take(line);
  }

  /** Whether a request has its Start marker. */
  hasStarted(index) {
    return this.#moments[index] !== 0;
  }

  /** Whether a request has its End marker. */
  hasEnded(index) {
    return this.#moments[index] === ended;
  }

  /** How many of its lines a request has said. */
  saidBy(index) {
    return this.#said[index];
  }

  /** What is wrong with all that came, when nothing more comes; numbers from `first` to before `last` were not sent. */
  close([first, last] = [0, 0]) {
    if (this.#rest !== "") this.#fault("a line without an end", this.#rest);
    for (let index = 0; index < this.#size; index++) {
      const isSent = index < first || index >= last;
      if (isSent) this.#check(index);
      else if (this.hasStarted(index)) this.#fault("a Start of what was not sent", String(index));
    }
    return this.faults;
  }

  #take(text) {
    const mark = marker.exec(text);
    if (mark) {
      this.#mark(text, mark);
      return;
    }
    const said = recommended.exec(text);
    if (said) this.#line(text, said);
    else if (text !== "FunctionCompute fcrt runtime inited.")
      this.#fault("a line of no kind", text);
  }

  #mark(text, [, phase, moment, id, end = ""]) {
    const index = this.#indexOf(id);
    if (index === undefined) {
      this.#fault("a marker of nobody", text);
      return;
    }
    const request = this.#requestOf(index);
    if (phases[request.kind] !== phase) this.#fault("a marker of another kind", text);
    const before = this.#moments[index];
    if (moment === "Start") {
      if (before !== 0) this.#fault("a second Start", text);
      this.#moments[index] = started;
      this.counts.starts += 1;
    } else {
      if (before !== started) this.#fault("an End without its Start", text);
      if (end !== request.end) this.#fault(`an End of another outcome than ${request.name}`, text);
      this.#moments[index] = ended;
      this.counts.ends += 1;
    }
  }

  #line(text, [, id, level, message]) {
    if (id === "-") {
      this.#ownLine(text, level, message);
      return;
    }
    const index = this.#indexOf(id);
    if (index === undefined) this.#fault("a line of nobody", text);
    else if (this.#moments[index] === started) this.#lineOf(index, text, level, message);
    else if (!this.#requestOf(index).late) this.#fault("a line outside of its markers", text);
  }

  #lineOf(index, text, level, message) {
    const [, token, number] = /^said (\w+) (\d+)/.exec(message) ?? [];
    if (token) {
      if (indexOfToken(token) !== index) this.#fault("a line with another's ID", text);
      if (Number(number) !== this.#said[index]) this.#fault("a line out of turn", text);
      this.#said[index] += 1;
      this.counts.lines += 1;
    } else if (message === "initialized") {
      this.counts.initializations += 1;
    } else if (level === "WARN") {
      this.#warnings[index] += 1;
    } else if (level === "ERROR" && !stack.test(message)) {
      const boom = /boom (\w+)/.exec(message)?.[1];
      if (boom && indexOfToken(boom) !== index) this.#fault("an error with another's ID", text);
      this.#errors[index] += 1;
    } else if (level === "INFO") {
      this.#fault("a line that nobody said", text);
    }
  }

  // What the packages say of themselves: of spans alone.
  #ownLine(text, level, message) {
    const lost = /^(?:Dropped )?(\d+) spans? ?(?:were not exported|:)/.exec(message)?.[1];
    this.counts.lostSpans += Number(lost ?? 0);
    if (level === "WARN" && /span/i.test(message)) return;
    if (level === "ERROR" && stack.test(message)) return;
    if (level === "ERROR") this.ownErrors.push(message);
    else this.#fault("a line of no invocation", text);
  }

  #check(index) {
    const request = this.#requestOf(index);
    if (request.maybe && this.#moments[index] === 0) return;
    const seen = [
      this.#moments[index],
      this.#said[index],
      this.#errors[index],
      this.#warnings[index],
    ].join();
    const expected = [ended, request.lines, request.errors, request.warnings].join();
    if (seen !== expected)
      this.#fault(
        `moment,lines,errors,warnings ${seen} instead of ${expected}`,
        `${request.id} (${request.name})`,
      );
  }

  #requestOf(index) {
    return requestOf(index, this.#names.get(index));
  }

  #indexOf(id) {
    const index = indexOfId(id);
    return index >= 0 && index < this.#size ? index : undefined;
  }

  #fault(what, text) {
    if (this.faults.length < mostFaults) this.faults.push(`stdout: ${what}: ${text.slice(0, 300)}`);
  }
}
