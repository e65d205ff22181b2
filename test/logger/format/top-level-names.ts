const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^"{}[\]:,]+/gs;

/** The names of a JSON object as they stand in its text, twice when they stand there twice. */
export function topLevelNames(json: string): string[] {
  const tokens = json.match(token) ?? [];
  const names: string[] = [];
  let depth = 0;
  for (const [index, text] of tokens.entries()) {
    if (text === "{" || text === "[") depth += 1;
    if (text === "}" || text === "]") depth -= 1;
    if (depth === 1 && tokens[index + 1] === ":") names.push(JSON.parse(text) as string);
  }
  return names;
}
