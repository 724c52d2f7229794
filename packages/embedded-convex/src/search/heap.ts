/** A binary heap with the first of its items, by `comesBefore`, on top. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #comesBefore: (left: Item, right: Item) => boolean;

  constructor(comesBefore: (left: Item, right: Item) => boolean) {
    this.#comesBefore = comesBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  get top(): Item | undefined {
    return this.#items[0];
  }

  /** All items, in no order. */
  get items(): readonly Item[] {
    return this.#items;
  }

  push(item: Item): void {
    const items = this.#items;
    let child = items.push(item) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#comesBefore(item, items[parent]!)) break;
      items[child] = items[parent]!;
      child = parent;
    }
    items[child] = item;
  }

  /** Puts an item in the place of the top, or the top itself again after it has changed. */
  replaceTop(item: Item): void {
    const items = this.#items;
    let parent = 0;
    for (;;) {
      let child = parent * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#comesBefore(items[child + 1]!, items[child]!)) child++;
      if (!this.#comesBefore(items[child]!, item)) break;
      items[parent] = items[child]!;
      parent = child;
    }
    items[parent] = item;
  }

  removeTop(): void {
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.replaceTop(last);
  }
}
