/**
 * Half-open intervals of keys, and all that contain a given key, in O(log n + hits): a treap ordered by the lower end, each
 * node knowing the highest upper end below it. Intervals may be equal; an owner may have several.
 */
export class IntervalIndex<Owner> {
  #root: Node<Owner> | null = null;
  #size = 0;
  #priorityState = 0x9e3779b9;

  get size(): number {
    return this.#size;
  }

  /** Adds an interval and returns a handle for removing it. Empty intervals contain nothing and are accepted. */
  add(low: Uint8Array, high: Uint8Array, owner: Owner): IntervalHandle {
    const node: Node<Owner> = {
      low,
      high,
      owner,
      sequence: this.#nextPriority(),
      priority: this.#nextPriority(),
      maxHigh: high,
      left: null,
      right: null,
    };
    this.#root = insert(this.#root, node);
    this.#size++;
    return node;
  }

  remove(handle: IntervalHandle): void {
    this.#root = removeNode(this.#root, handle as Node<Owner>);
    this.#size--;
  }

  /** Calls `visit` for each interval with `low <= key < high`. */
  forEachContaining(key: Uint8Array, visit: (owner: Owner) => void): void {
    stab(this.#root, key, visit);
  }

  #nextPriority(): number {
    this.#priorityState = (Math.imul(this.#priorityState, 1664525) + 1013904223) >>> 0;
    return this.#priorityState;
  }
}

/** Opaque: what `add` has returned. */
export interface IntervalHandle {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

interface Node<Owner> extends IntervalHandle {
  owner: Owner;
  /** Orders nodes with equal lower ends. */
  sequence: number;
  priority: number;
  maxHigh: Uint8Array;
  left: Node<Owner> | null;
  right: Node<Owner> | null;
}

function order<Owner>(a: Node<Owner>, b: Node<Owner>): number {
  return Buffer.compare(a.low, b.low) || a.sequence - b.sequence;
}

function update<Owner>(node: Node<Owner>): Node<Owner> {
  let max = node.high;
  if (node.left !== null && Buffer.compare(node.left.maxHigh, max) > 0) max = node.left.maxHigh;
  if (node.right !== null && Buffer.compare(node.right.maxHigh, max) > 0) max = node.right.maxHigh;
  node.maxHigh = max;
  return node;
}

function rotateRight<Owner>(node: Node<Owner>): Node<Owner> {
  const top = node.left!;
  node.left = top.right;
  top.right = update(node);
  return update(top);
}

function rotateLeft<Owner>(node: Node<Owner>): Node<Owner> {
  const top = node.right!;
  node.right = top.left;
  top.left = update(node);
  return update(top);
}

function insert<Owner>(root: Node<Owner> | null, node: Node<Owner>): Node<Owner> {
  if (root === null) return node;
  if (order(node, root) < 0) {
    root.left = insert(root.left, node);
    return root.left.priority > root.priority ? rotateRight(root) : update(root);
  }
  root.right = insert(root.right, node);
  return root.right.priority > root.priority ? rotateLeft(root) : update(root);
}

function removeNode<Owner>(root: Node<Owner> | null, node: Node<Owner>): Node<Owner> | null {
  if (root === null) return null;
  if (root === node) return join(root.left, root.right);
  if (order(node, root) < 0) root.left = removeNode(root.left, node);
  else root.right = removeNode(root.right, node);
  return update(root);
}

function join<Owner>(left: Node<Owner> | null, right: Node<Owner> | null): Node<Owner> | null {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = join(left.right, right);
    return update(left);
  }
  right.left = join(left, right.left);
  return update(right);
}

function stab<Owner>(root: Node<Owner> | null, key: Uint8Array, visit: (owner: Owner) => void): void {
  if (root === null || Buffer.compare(root.maxHigh, key) <= 0) return;
  stab(root.left, key, visit);
  if (Buffer.compare(root.low, key) > 0) return;
  if (Buffer.compare(key, root.high) < 0) visit(root.owner);
  stab(root.right, key, visit);
}
