/**
 * What runs now, in no order. Unlike a `Set`, adding and deleting leave nothing behind: a `Set` that is much changed
 * moves to a new table every few times, and knows the next one from each. Once one such table is old, a collection of
 * young garbage keeps all that came after it, with all that they hold.
 */
export class RunningSet<Item extends { place: number }> implements Iterable<Item> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The item's `place` belongs to this set from now on. */
  add(item: Item): void {
    item.place = this.#items.push(item) - 1;
  }

  delete(item: Item): void {
    const { place } = item;
    if (this.#items[place] !== item) return;
    const last = this.#items.pop();
    if (!last || last === item) return;
    this.#items[place] = last;
    last.place = place;
  }

  /** Those that run at this moment: what is done with one of them may end others. */
  [Symbol.iterator](): Iterator<Item> {
    return [...this.#items].values();
  }
}
