/** Counts renders of nodes and cables while a test asks for it; otherwise it costs one look at a variable. */
let counts: Map<string | number, number> | null = null;

export function countRender(id: string | number): void {
  if (counts) counts.set(id, (counts.get(id) ?? 0) + 1);
}

/** Counts from now on; the returned function stops and hands the counts over. */
export function startCountingRenders(): () => Map<string | number, number> {
  const current = new Map<string | number, number>();
  counts = current;
  return () => {
    counts = null;
    return current;
  };
}
