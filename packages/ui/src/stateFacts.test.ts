import { expect, it } from "vitest";
import { initialsOf } from "./components/Avatar.tsx";
import { stateFacts } from "./stateFacts.ts";

it("knows which states still move", () => {
  const live = ["queued", "running", "waiting", "incomplete", "succeeded", "failed", "cancelled"].filter(
    (state) => stateFacts(state).live,
  );
  expect(live).toEqual(["queued", "running", "waiting"]);
});

it("shows an unknown state by its name, also one that objects inherit", () => {
  expect(stateFacts("paused").label).toBe("paused");
  expect(stateFacts("constructor").label).toBe("constructor");
});

it.each([
  ["Mara Klein", "MK"],
  ["Ana Maria de Souza", "AS"],
  ["mara@acme.dev", "M"],
  ["", "?"],
  ["émile zola", "ÉZ"],
])("initials of %j are %s", (name, initials) => expect(initialsOf(name)).toBe(initials));
