import type { Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { changesOf, toBoxes, type InputBox } from "./editedInput.ts";
import type { Operation } from "./runModel.ts";

const definition: Definition = {
  format: 1,
  nodes: [{ id: 2, type: "http.request", typeVersion: 1, config: {}, position: { x: 0, y: 0 } }],
  edges: [],
};
const stopped = { nodeId: 2, bundlePath: "1", reason: "broken" as const, breaks: 1 };
const operation = (input: Operation["input"]) => ({ nodeId: 2, input }) as Operation;
const edit = (boxes: InputBox[], field: string, text: string) =>
  boxes.map((box) => (box.field === field ? { ...box, text } : box));

describe("editing the input of a stopped operation", () => {
  const boxes = toBoxes({ definition, stopped }, operation({ url: "https://a.test", followRedirects: true }));

  it("shows what there was, and the node's other fields empty", () => {
    expect(boxes[0]).toMatchObject({ field: "url", kind: "text", text: "https://a.test" });
    expect(boxes[1]).toMatchObject({ field: "followRedirects", kind: "json", text: "true" });
    expect(boxes.find((box) => box.field === "method")?.text).toBe("");
  });

  it("gives the changed fields alone", () => {
    expect(changesOf(boxes)).toEqual({ ok: true, count: 0, json: "{}" });
    const edited = edit(edit(boxes, "url", "https://b.test"), "followRedirects", " ");
    expect(changesOf(edited)).toEqual({ ok: true, count: 2, json: '{"url":"https://b.test","followRedirects":null}' });
  });

  it("names the field that is not JSON", () => {
    expect(changesOf(edit(boxes, "followRedirects", "maybe"))).toMatchObject({ ok: false, field: "followRedirects" });
  });

  it("changes nothing of an input that is too large to show, unless told to", () => {
    const cut = toBoxes({ definition, stopped }, operation({ _cut: true, characters: 9, start: "{" }));
    expect(cut.every((box) => box.text === "")).toBe(true);
    expect(changesOf(edit(cut, "url", "https://b.test"))).toMatchObject({ json: '{"url":"https://b.test"}' });
  });
});
