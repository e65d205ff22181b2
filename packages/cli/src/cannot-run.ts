/** What keeps a command from doing its work, in a sentence for whoever typed it: exit code 2. */
export class CannotRun extends Error {
  static {
    // On the prototype, so that it does not show as a property of each error.
    Object.defineProperty(this.prototype, "name", {
      value: "CannotRun",
      configurable: true,
      writable: true,
    });
  }
}
