import { describe, expect, it } from "vitest";
import { z } from "zod";
import { field } from "../fields.ts";
import { checkManifest } from "../testing/checkManifest.ts";
import { runAction } from "../testing/runAction.ts";
import { defineAction } from "./action.ts";
import { defineIntegration } from "./integration.ts";
import { definePrevious, type UpgradeFixture } from "./previous.ts";

const label = (text: string) => field({ label: text });

const greet = defineAction({
  name: "greet",
  label: "Greet",
  description: "Says hello.",
  typeVersion: 2,
  effect: "pure",
  input: z.object({ names: z.array(z.string()).meta(label("Names")) }),
  output: z.object({ texts: z.array(z.string()).meta(label("Texts")) }),
  sampleOutput: { texts: ["Hello Ada"] },
  run: ({ input }) => ({ texts: input.names.map((name) => `Hello ${name}`) }),
});

const MIXED = "Map the name as a single formula first.";

function previous(fixtures: readonly UpgradeFixture[] = [{ before: { name: "Ada" }, after: { names: ["Ada"] } }]) {
  return definePrevious(greet, {
    typeVersion: 1,
    input: z.object({ name: z.string().min(1).meta(label("Name")) }),
    changes: "Several people can be greeted.",
    upgrade: ({ name, ...rest }, { look, refuse }) => {
      const seen = look(name);
      if (seen.kind === "mixed") return refuse(MIXED);
      return { ...rest, names: seen.kind === "formula" ? `{{add(emptyarray; ${seen.text})}}` : [name ?? ""] };
    },
    fixtures,
    output: {
      schema: z.object({ text: z.string().meta(label("Text")) }),
      sample: { text: "Hello Ada" },
      from: (output) => ({ text: (output as { texts: string[] }).texts[0] ?? "" }),
    },
  });
}

const integration = (...actions: Parameters<typeof defineIntegration>[0]["actions"] & object) =>
  defineIntegration({
    name: "hello",
    version: "1.0.0",
    label: "Hello",
    description: "Greets.",
    color: "#0f62b5",
    icon: "hand",
    category: "core",
    actions,
  });

describe("a previous typeVersion", () => {
  it("keeps its form and output, and is performed by the next one's code", async () => {
    const hello = integration(greet, previous());
    const first = hello.actions.get("greet@1")!;
    expect(await runAction(first, { input: { name: "Ada" } })).toEqual({ ok: true, output: { text: "Hello Ada" } });
    expect(await runAction(first, { input: { name: "" } })).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(hello.manifest.actions[1]).toMatchObject({
      typeVersion: 1,
      input: { required: ["name"] },
      sampleOutput: { text: "Hello Ada" },
      upgrade: { name: "greet", typeVersion: 2, changes: "Several people can be greeted." },
    });
    expect(hello.upgrades.has("greet@2")).toBe(false);
  });

  it("tells formulas from texts in a config, and takes what was evaluated literally", async () => {
    const hello = integration(greet, previous());
    const { upgrade } = hello.upgrades.get("greet@1")!;
    expect(upgrade({ name: "{{ 1.name }}" })).toEqual({ ok: true, config: { names: "{{add(emptyarray; 1.name)}}" } });
    expect(upgrade({ name: "{{1.a}} {{1.b}}" })).toEqual({ ok: false, reason: MIXED });
    const evaluated = await runAction(hello.actions.get("greet@1")!, { input: { name: "{{1.a}} {{1.b}}" } });
    expect(evaluated).toEqual({ ok: true, output: { text: "Hello {{1.a}} {{1.b}}" } });
  });
});

describe("the manifest's rules", () => {
  it("want fixtures that hold, and fit the next form", () => {
    expect(checkManifest(integration(greet, previous()))).toEqual([]);
    expect(checkManifest(integration(greet, previous([])))).toEqual(["the upgrade of greet@1 has no fixtures"]);
    const wrong = previous([
      { before: { name: "Ada" }, after: { names: ["Bob"] } },
      { before: { name: "{{1.a}}!" }, after: { refused: "Because." } },
    ]);
    expect(checkManifest(integration(greet, wrong))).toEqual([
      expect.stringContaining("fixture 1 of the upgrade of greet@1 comes to"),
      expect.stringContaining(`fixture 2 of the upgrade of greet@1 comes to {"ok":false,"reason":"${MIXED}"}`),
    ]);
  });

  it("leave no typeVersion without a way to the newest", () => {
    const third = defineAction({
      name: "greet",
      label: "Greet",
      description: "Says hello.",
      typeVersion: 3,
      effect: "pure",
      input: z.object({}),
      run: () => ({}),
    });
    expect(() => integration(greet, third)).toThrow("greet (typeVersion 2) has a newer typeVersion and no upgrade");
    expect(() => integration(previous())).toThrow("is upgraded to greet@2, which does not exist");
    const skipping = definePrevious(third, {
      typeVersion: 1,
      input: z.object({}),
      changes: "Nothing.",
      upgrade: (config) => config,
      fixtures: [],
    });
    expect(() => integration(third, skipping)).toThrow("2 is left out");
  });
});
