import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { transformModule } from "./realm.ts";

/** What hostile code does, and what friendly code does that must go on working. */
const SOURCE = `
  export const globals = () => globalThis;
  /** How many ways there are to alter an object. */
  export const alter = (target) => {
    let altered = 0;
    const attempt = (way) => { try { if (way() !== false) altered += 1; } catch { /* refused */ } };
    attempt(() => Reflect.setPrototypeOf(target, { evil: true }));
    for (const key of Reflect.ownKeys(target).filter((name) => name !== "__proto__")) {
      attempt(() => Reflect.defineProperty(target, key, { value: "polluted" }));
      attempt(() => Reflect.deleteProperty(target, key));
      const { writable, set } = Object.getOwnPropertyDescriptor(target, key) ?? {};
      if (writable || set) attempt(() => { "use strict"; target[key] = "polluted"; });
    }
    attempt(() => { "use strict"; target.polluted = "polluted"; });
    return altered;
  };
  class Mine extends Response { json = () => "field"; constructor(body) { super(body); this.own = 1; } get status() { return 299; } }
  function Legacy() { this.toString = () => "legacy"; }
  Legacy.prototype.constructor = Legacy;
  export const works = async () => {
    const response = new Response("text");
    response.json = () => "replaced";
    const error = new DOMException("message", "AbortError");
    const event = new Event("x");
    event.extra = 1;
    const bytes = new Uint8Array([1, 2, 3]).subarray(1).map((byte) => byte * 2);
    bytes.extra = "on an instance";
    const signal = AbortSignal.timeout(10_000);
    return [
      response.json(), await response.text(), new Mine("a").json(), new Mine("a").own, new Mine("a").status, String(new Legacy()),
      error.name, event.extra, [...bytes].join(), bytes.extra, signal instanceof AbortSignal, AbortSignal.abort().aborted,
      [...new Headers({ a: "b" })].join(), new URL("http://x/?q=1").searchParams.get("q"),
      structuredClone({ a: new Uint8Array(2) }).a.length, (await new Blob(["blob"]).text()),
    ].join("|");
  };
`;

interface Report {
  shared: number;
  alterable: string[];
  succeeded: string[];
  seenByHost: unknown[];
  works: string;
}

async function tryIt(harden: boolean): Promise<Report> {
  const { code } = await transformModule({ path: "main.js", source: SOURCE });
  const worker = new Worker(new URL("./hardening.fixture.ts", import.meta.url), {
    workerData: { source: code, harden },
  });
  const [report] = (await once(worker, "message")) as [Report];
  await worker.terminate();
  return report;
}

describe("what realms share", () => {
  it("cannot be altered by what reaches it from the globals of one", async () => {
    const report = await tryIt(true);
    expect(report.shared).toBeGreaterThan(500);
    expect(report.alterable).toEqual([]);
    expect(report.succeeded).toEqual([]);
    expect(report.seenByHost).toEqual([undefined, undefined]);
  });

  it("could be, if it were not hardened", async () => {
    const { alterable, succeeded, seenByHost } = await tryIt(false);
    expect(alterable.length).toBeGreaterThan(500);
    expect(succeeded).toHaveLength(1);
    expect(seenByHost).toEqual([undefined, "polluted"]);
  });

  it("still takes properties on instances, and subclasses", async () => {
    const { works } = await tryIt(true);
    expect(works).toBe("replaced|text|field|1|299|legacy|AbortError|1|4,6|on an instance|true|true|a,b|1|2|blob");
  });
});
