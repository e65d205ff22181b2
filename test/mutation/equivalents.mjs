/**
 * Mutants that change nothing that anybody could see, each with the reason. `within` is the line in which the mutated
 * text begins, `becomes` what may stand in place of `was`. An entry that is not there, or that a test notices, is a
 * mistake that `npm run mutation` tells.
 */
export const equivalents = [
  ...inFile("packages/core/src/invocation/context.ts", [
    {
      why: "The text of `undefined` is no number either; the compiler wants to be told.",
      within: "return text !== undefined && /^\\d{1,15}$/.test(text) ? Number(text) : undefined;",
      was: "text !== undefined",
      becomes: ["true"],
    },
  ]),
  ...inFile("packages/core/src/invocation/credential-headers.ts", [
    {
      why: "Raw headers have no gaps; the compiler does not know.",
      within: 'if (credentialIn(rawHeaders[index] ?? "")) rawHeaders.splice(index, 2);',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "Behind the last header stands none, and that is no credential.",
      within: "for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {",
      was: "rawHeaders.length - 2",
      becomes: ["rawHeaders.length + 2"],
    },
  ]),
  ...inFile("packages/core/src/invocation/deadline-watch.ts", [
    {
      why: "An invocation that is due at this very moment is looked at again a millisecond later.",
      within: "if (invocation.due <= reached) invocation.passDeadline();",
      was: "invocation.due <= reached",
      becomes: ["invocation.due < reached"],
    },
  ]),
  ...inFile("packages/core/src/invocation/describe-error.ts", [
    {
      why: "Of what is no object no property can be read, so it has no name and no stack; the compiler wants to be told.",
      within: 'if (!isObject(thrown)) return { type: "Error", message, stack: "" };',
      was: "!isObject(thrown)",
      becomes: ["false"],
    },
    {
      why: "A function that returns nothing returns `undefined`.",
      within: "} catch {",
      was: "{\n    return undefined;\n  }",
      becomes: ["{}"],
    },
  ]),
  ...inFile("packages/core/src/invocation/hooks.ts", [
    {
      why: "Those that have no such moment were left out before; the compiler does not know.",
      within: "next = async () => extension.around?.(invocation, inner);",
      was: "extension.around?.(invocation, inner)",
      becomes: ["extension.around(invocation, inner)"],
    },
    {
      why: "The same.",
      within: "extension[moment]?.(invocation);",
      was: "extension[moment]?.(invocation)",
      becomes: ["extension[moment](invocation)"],
    },
    {
      why: "The same.",
      within: "started(() => extension.end?.(invocation), requestId),",
      was: "extension.end?.(invocation)",
      becomes: ["extension.end(invocation)"],
    },
    {
      why: "What is no promise has settled: leaving it out spares making one of it.",
      within: 'await allSettled("stop", pending.filter(isThenable));',
      was: "pending.filter(isThenable)",
      becomes: ["pending"],
    },
  ]),
  ...inFile("packages/core/src/invocation/invocations.ts", [
    {
      why: "They are composed anew at the first look, from those that are there then.",
      within: "#hooks: Hooks = composeHooks([]);",
      was: "[]",
      becomes: ['["Stryker was here"]'],
    },
    {
      why: "Composed anew at each look they do the same, in more time.",
      within: "if (this.#shared !== registry.extensions) {",
      was: "this.#shared !== registry.extensions",
      becomes: ["true"],
    },
  ]),
  ...inFile("packages/core/src/invocation/once-closed.ts", [
    {
      why: "Listening to the connection as well hears the same, with more to keep.",
      within: 'if (response.socket) response.on("close", closed);',
      was: "response.socket",
      becomes: ["false"],
    },
  ]),
  ...inFile("packages/core/src/invocation/header-names.ts", [
    {
      why: "Nobody reads the name before the first header; only what comes after it counts.",
      within: 'export const firstName: HeaderName = nameOf("");',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "The search finds the same name, in more time.",
      within: "if (next?.sent === sent) return next;",
      was: "next?.sent === sent",
      becomes: ["false"],
    },
  ]),
  ...inFile("packages/core/src/invocation/platform-request.ts", [
    {
      why: "Raw headers have no gaps; the compiler does not know.",
      within: 'const sent = rawHeaders[index] ?? "";',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "The same.",
      within: 'const value = rawHeaders[index + 1] ?? "";',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "The same.",
      within: 'const name = (rawHeaders[index] ?? "").toLowerCase();',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "The same.",
      within: '(distinct[name] ??= []).push(rawHeaders[index + 1] ?? "");',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "Before the first credential each header would be put where it stands.",
      within: "if (kept < index) {",
      was: "kept < index",
      becomes: ["kept <= index", "true"],
    },
  ]),
  ...inFile("packages/core/src/protocol/line.ts", [
    {
      why: "A message needs more characters than line breaks to have so many; asking for its length first only spares the count.",
      within: "if (message.length >= mostLines && hasManyLines(message)) {",
      was: "message.length >= mostLines",
      becomes: ["message.length > mostLines", "true"],
    },
    {
      why: "The careful way writes any line; the others write most of them in less time.",
      within: "if (!fits(line, lineLimit) || hasSpecial(message)) {",
      was: "!fits(line, lineLimit) || hasSpecial(message)",
      becomes: ["true"],
    },
    {
      why: "Replacing no line break gives the same line, in more time.",
      within: 'return message.includes("\\n") ? brokenLine(prefix, message + tail, style) : line;',
      was: '"\\n"',
      becomes: ['""'],
    },
    {
      why: "The text of a second is kept to spare making it again.",
      within: "if (second !== lastSecond) {",
      was: "second !== lastSecond",
      becomes: ["true"],
    },
    {
      why: "No second is NaN, so the text is made before it is read.",
      within: 'let lastSecondText = "";',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "A pattern that has matched has all of its groups; the compiler does not know.",
      within: 'const [, time = "", requestId = "", level = "", message = ""] = match;',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "With the flag `s` the last group goes on to the end anyway.",
      within:
        "const linePattern = /^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3})Z? (\\S+) \\[([^\\s\\]]+)\\] (.*)$/s;",
      was: "/^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3})Z? (\\S+) \\[([^\\s\\]]+)\\] (.*)$/s",
      becomes: [
        "/^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3})Z? (\\S+) \\[([^\\s\\]]+)\\] (.*)/s",
      ],
    },
    {
      why: "Finds out in less time that a text has nothing special in it; the careful way writes the same.",
      within: "const plain = /^[\\n -~]*$/;",
      was: "/^[\\n -~]*$/",
      becomes: ["/^[\\n -~]$/"],
    },
    {
      why: "The same: what is not plain may go the careful way.",
      within: "return !plain.test(text) && special.test(text);",
      was: "!plain.test(text) && special.test(text)",
      becomes: ["true", "!plain.test(text) || special.test(text)"],
    },
    {
      why: "The careful way writes these lines too, in twice the time.",
      within: 'if (style.multiline === "escape") return carefulLine(prefix, message, style);',
      was: 'style.multiline === "escape"',
      becomes: ["true"],
    },
    {
      why: "Spares counting the bytes of a text that cannot have too many.",
      within: "return text.length * 3 <= limit || Buffer.byteLength(text) <= limit;",
      was: "text.length * 3 <= limit",
      becomes: ["text.length * 3 < limit", "false"],
    },
    {
      why: "U+0080 is spelled out before a line is cut.",
      within: "if (codePoint < 0x80) return 1;",
      was: "codePoint < 0x80",
      becomes: ["codePoint <= 0x80"],
    },
  ]),
  ...inFile("packages/core/src/protocol/markers.ts", [
    {
      why: "A pattern that has matched has all of its groups; the compiler does not know.",
      within: 'const [, name = "", moment, requestId = "", rest = ""] = match;',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
  ]),
  ...inFile("packages/core/src/protocol/redact.ts", [
    {
      why: "Every name has one of the hints in it: the hints only spare looking for the names.",
      within: 'const hint = new RegExp(`${platformHeaderPrefix}|authorization|cookie`, "i");',
      was: "`${platformHeaderPrefix}|authorization|cookie`",
      becomes: ["``"],
    },
    {
      why: "A text without a name comes out as it was, in more time.",
      within: "if (!hint.test(text) || !mention.test(text)) return text;",
      was: "!hint.test(text) || !mention.test(text)",
      becomes: ["false", "!hint.test(text) && !mention.test(text)"],
    },
    {
      why: "The bound is one of time: which of two looks is the last one makes no difference to it.",
      within: "if (looked > text.length * mostLooks) {",
      was: "looked > text.length * mostLooks",
      becomes: ["looked >= text.length * mostLooks"],
    },
    {
      why: "No string begins at a place that is not there: `NaN` is less than no length.",
      within: 'return start === undefined ? undefined : stringEnd(text, start, "inspection");',
      was: "start === undefined",
      becomes: ["false"],
    },
    {
      why: "`undefined` is less than no length; the compiler wants to be told.",
      within:
        "for (let index: number | undefined = start; index !== undefined && index < text.length;) {",
      was: "index !== undefined",
      becomes: ["true"],
    },
    {
      why: "Behind the end of a text stands the empty character, which is no bracket and no quote.",
      within:
        "for (let index: number | undefined = start; index !== undefined && index < text.length;) {",
      was: "index < text.length",
      becomes: ["index <= text.length"],
    },
    {
      why: "Behind the end of a text stands the empty character, which is no quote.",
      within: "for (let index = start; index < text.length; index += 1) {",
      was: "index < text.length",
      becomes: ["index <= text.length"],
    },
  ]),
  ...inFile("packages/logger/src/line-format.ts", [
    {
      why: "Nothing to hide and nothing to escape comes out of no fields: asking first spares the looks.",
      within: 'const json = fields === "" ? "" : escaped(redactSecrets(fields, "json"));',
      was: 'fields === ""',
      becomes: ["false"],
    },
    {
      why: "The same.",
      within: 'const json = fields === "" ? "" : escaped(redactSecrets(fields, "json"));',
      was: '""',
      becomes: ['"Stryker was here!"'],
    },
    {
      why: "Message and fields without errors make the same text, which is looked through once more.",
      within: "return errors.length === 0",
      was: "errors.length === 0",
      becomes: ["false"],
    },
    {
      why: "Finds out in half the time that there is nothing to escape.",
      within: "const plain = /^[ -~]*$/;",
      was: "/^[ -~]*$/",
      becomes: ["/^[ -~]$/", "/^[^ -~]*$/"],
    },
    {
      why: "The same.",
      within: "if (plain.test(json)) return json;",
      was: "plain.test(json)",
      becomes: ["false"],
    },
    {
      why: "The name of a level is kept to spare making it again.",
      within: "if (upper === undefined) {",
      was: "upper === undefined",
      becomes: ["true"],
    },
    {
      why: "Spares counting the bytes of a line that cannot have too many; no length times three is the limit.",
      within:
        "if (line.length * 3 < lineLimit || Buffer.byteLength(line) < lineLimit) return `${line}\\n`;",
      was: "line.length * 3 < lineLimit",
      becomes: ["line.length * 3 <= lineLimit", "false"],
    },
  ]),
];

function inFile(file, entries) {
  return entries.map((entry) => ({ file, ...entry }));
}
