import { expect, it } from "vitest";
import { transition, type VersionState } from "./states.ts";

const states: VersionState[] = ["published", "superseded", "archived"];
const allowed = new Set(["published>superseded", "superseded>archived", "archived>superseded"]);

it.each(states.flatMap((from) => states.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
  if (allowed.has(`${from}>${to}`)) expect(transition(from, to)).toBe(to);
  else expect(() => transition(from, to)).toThrow(`A version cannot go from ${from} to ${to}.`);
});
