/**
 * State that must be one per process even when two copies of a package are loaded (ESM and CJS, two versions).
 * Nothing else of this project is global.
 */
export function processState<State>(name: string, create: () => State): State {
  const key = Symbol.for(`fcrt.${name}.v1`);
  // Every copy that uses this name stores the same shape: a change of shape changes the version in the key.
  const existing: State | undefined = Reflect.get(globalThis, key);
  if (existing) return existing;
  const state = create();
  Reflect.set(globalThis, key, state);
  return state;
}
