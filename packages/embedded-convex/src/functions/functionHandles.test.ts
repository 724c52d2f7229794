import { describe, expect, it } from "vitest";
import { FunctionHandles } from "./functionHandles.ts";

const handles = new FunctionHandles(Buffer.alloc(48, 1));
const target = { component: "parent/child", path: "folder/module:run" };

describe("function handles", () => {
  it("name a function of a component, always by the same text", () => {
    const handle = handles.create(target);
    expect(handle).toMatch(/^function:\/\//);
    expect(handles.open(handle)).toEqual(target);
    expect(new FunctionHandles(Buffer.alloc(48, 1)).create(target)).toBe(handle);
  });

  it("cannot be made up, changed, or taken from another deployment", () => {
    const handle = handles.create(target);
    const foreign = new FunctionHandles(Buffer.alloc(48, 2)).create(target);
    const mac = handle.slice("function://".length).split(";")[0]!;
    for (const forged of [
      foreign,
      "function://;messages:secret",
      `function://${mac};;messages:secret`,
      `function://${mac};parent/child;folder/module:other`,
      `function://${"A".repeat(22)};;messages:secret`,
      "function://",
      "messages:list",
    ])
      expect(() => handles.open(forged), forged).toThrow("Invalid function handle");
  });
});
