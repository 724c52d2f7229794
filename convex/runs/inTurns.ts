/**
 * The first `limit` of the items: one of each organization after the other, each organization's in their order. So what belongs to one
 * does not wait behind the many of another.
 */
export function inTurns<Item extends { organizationId: string }>(items: readonly Item[], limit: number): Item[] {
  if (items.length <= limit) return [...items];
  const queues = new Map<string, Item[]>();
  for (const item of items) {
    const queue = queues.get(item.organizationId);
    if (queue) queue.push(item);
    else queues.set(item.organizationId, [item]);
  }
  const ordered: Item[] = [];
  for (let round = 0; ordered.length < limit; round++) {
    for (const queue of queues.values()) {
      const item = queue[round];
      if (item !== undefined && ordered.length < limit) ordered.push(item);
    }
  }
  return ordered;
}
