/** What code may do that its author did not mean: the same in queries, mutations, actions and while modules are evaluated. */

/** Kept here, so that it cannot be collected. */
const kept: unknown[] = [];

const HARM: Record<string, () => unknown> = {
  loop: () => {
    for (;;);
  },
  microtasks: async () => {
    for (;;) await Promise.resolve();
  },
  regex: () => /^(a+)+$/.test("a".repeat(60) + "!"),
  objects: () => {
    for (;;) kept.push({ kept: kept.length });
  },
  strings: () => {
    for (let n = 0; ; n++) kept.push(`${n}`.repeat(1_000_000));
  },
  bytes: () => {
    for (;;) kept.push(new Uint8Array(16 * 1024 * 1024).fill(1));
  },
  hugeArray: () => kept.push(new Array(120_000_000).fill(0)),
  map: () => {
    const map = new Map<number, number>();
    for (let n = 0; ; n++) map.set(n, n);
  },
  recursion: () => {
    const descend = (depth: number): number => descend(depth + 1) + 1;
    return descend(0);
  },
  /** Loops after the function has returned. */
  afterwards: async () => {
    void crypto.subtle.digest("SHA-256", new Uint8Array(1)).then(() => {
      for (;;);
    });
  },
  /** The same without end among the microtasks: the event loop never turns again. */
  chain: async () => {
    void (async () => {
      for (;;) await Promise.resolve();
    })();
  },
  rejection: async () => {
    void Promise.reject(new Error("nobody waits for this"));
  },
  throwLater: async () => {
    queueMicrotask(() => {
      throw new Error("thrown in a microtask");
    });
  },
  throwMuchLater: async () => {
    void crypto.subtle.digest("SHA-256", new Uint8Array(1)).then(() =>
      queueMicrotask(() => {
        throw new Error("thrown after the function");
      }),
    );
  },
  listener: async () => {
    const target = new EventTarget();
    target.addEventListener("x", () => {
      throw new Error("thrown in a listener");
    });
    target.dispatchEvent(new Event("x"));
  },
  logs: () => {
    for (;;) console.log("x".repeat(10_000));
  },
  never: () => new Promise(() => undefined),
};

export async function doHarm(harm: string): Promise<null> {
  await HARM[harm]!();
  return null;
}
