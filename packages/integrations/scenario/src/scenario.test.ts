import { expect, it } from "vitest";
import { integration } from "./index.ts";

it("takes texts that write another type, as every form does", () => {
  const returning = integration.actions.get("return@1");
  expect(returning?.parseInput({ outputs: [{ name: " total ", value: 3 }] })).toEqual({
    outputs: [{ name: "total", value: 3 }],
  });
  expect(integration.actions.get("call@1")?.parseInput({ scenarioId: "s1" })).toEqual({
    scenarioId: "s1",
    inputs: {},
    mode: "wait",
  });
});
