import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { collectSamples, sourceNodes } from "./samples.ts";

const position = { x: 0, y: 0 };
const definition: Definition = {
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position },
    { id: 2, type: "tools.iterate", typeVersion: 1, config: { array: "{{1.body.items}}" }, position },
    { id: 3, type: "router.route", typeVersion: 1, config: {}, position },
    {
      id: 4,
      type: "tools.setVariables",
      typeVersion: 1,
      config: { variables: [{ name: "sku", value: "{{2.value.sku}}" }] },
      position,
    },
    { id: 5, type: "http.request", typeVersion: 1, config: {}, position },
    { id: 6, type: "error.ignore", typeVersion: 1, config: {}, position },
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next" },
    { from: 3, to: 4, kind: "next" },
    { from: 4, to: 5, kind: "next" },
    { from: 5, to: 6, kind: "error" },
  ],
};
const request = (items: unknown) => ({
  url: "",
  listeningUntil: null,
  samples: [{ receivedAt: 1, bundle: JSON.stringify({ method: "POST", body: { items } }) }],
});

describe("collectSamples", () => {
  it("prefers the request that was listened to, and computes what follows from it", () => {
    const old = { nodeId: 1, output: JSON.stringify({ body: { items: [] } }) };
    const samples = collectSamples(definition, manifestCatalog, [old], request([{ sku: "A" }, { sku: "B" }]));
    expect(samples.get(1)).toMatchObject({ origin: "request" });
    expect(samples.get(2)).toEqual({ origin: "computed", value: { value: { sku: "A" }, index: 1, total: 2 } });
    expect(samples.get(4)).toEqual({ origin: "computed", value: { sku: "A" } });
  });

  it("falls back to the last run, then to the manifest's example", () => {
    const run = { nodeId: 2, output: JSON.stringify({ value: 7, index: 1, total: 1 }) };
    const samples = collectSamples(definition, manifestCatalog, [run], request(undefined));
    expect(samples.get(2)).toEqual({ origin: "run", value: { value: 7, index: 1, total: 1 } });
    expect(samples.get(5)?.origin).toBe("example");
  });

  it("leaves unreadable samples out", () => {
    expect(collectSamples(definition, manifestCatalog, [{ nodeId: 3, output: "{ broken" }], null).has(3)).toBe(false);
  });
});

describe("sourceNodes", () => {
  const samples = collectSamples(definition, manifestCatalog, [], request([{ sku: "A" }]));

  it("lists what can be read, nearest first, without routers", () => {
    expect(sourceNodes(definition, manifestCatalog, 5, samples).map(({ id }) => id)).toEqual([4, 2, 1]);
  });

  it("offers what went wrong on an error route", () => {
    const [failed] = sourceNodes(definition, manifestCatalog, 6, samples);
    expect(failed).toMatchObject({ id: 5, sample: { error: { code: expect.any(String) } } });
  });
});
