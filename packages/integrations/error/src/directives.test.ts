import { describe, expect, it } from "vitest";
import { integration } from "./index.ts";

const parse = (name: string, input: unknown) => integration.actions.get(`${name}@1`)?.parseInput(input);

describe("error directives", () => {
  it("are carried out by the engine", () => {
    expect([...integration.actions].map(([key, action]) => [key, action.control])).toEqual([
      ["resume@1", "resume"],
      ["ignore@1", "ignore"],
      ["break@1", "break"],
      ["commit@1", "commit"],
      ["rollback@1", "rollback"],
    ]);
  });

  it("resume takes any output", () => {
    expect(parse("resume", { output: { a: 1 } })).toEqual({ output: { a: 1 } });
    expect(parse("resume", {})).toEqual({});
  });

  it("break waits for a person unless told to retry", () => {
    expect(parse("break", {})).toEqual({ attempts: 0, intervalSeconds: 900 });
    expect(parse("break", { attempts: "3", intervalSeconds: 60 })).toEqual({ attempts: 3, intervalSeconds: 60 });
    expect(() => parse("break", { attempts: 11 })).toThrow("Automatic retries");
  });
});
