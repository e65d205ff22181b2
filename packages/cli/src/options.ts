/** The environment of whoever typed the command; a program that is started gets it too. */
export function inheritedEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
