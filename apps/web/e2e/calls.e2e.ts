import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { EditorPage } from "./editorPage.ts";
import { lookAt } from "./lookAt.ts";
import { postWebhook } from "./publicApi.ts";
import type { ApiScenario } from "./publicApi.ts";
import { createApi, signIn } from "./session.ts";

const CALLED = "Price with tax";
const CALLING = "Priced orders";

const node = (id: number, type: string, config: Definition["nodes"][number]["config"] = {}) => ({
  ...{ id, type, typeVersion: 1, config },
  position: { x: (id - 1) * 220, y: 0 },
});
const chain = (...nodes: Definition["nodes"]): Definition => ({
  format: 1,
  nodes,
  edges: nodes.slice(1).map(({ id }) => ({ from: id - 1, to: id, kind: "next" as const })),
});

const called = chain(
  node(1, "scenario.start", {
    inputs: [{ name: "price", type: "number", required: true, description: "Without tax." }],
  }),
  node(2, "scenario.return", { outputs: [{ name: "gross", value: "{{round(1.inputs.price * 1.19)}}" }] }),
);
const calling = chain(
  node(1, "webhook.receive"),
  node(2, "scenario.call"),
  node(3, "tools.setVariables", { variables: [{ name: "total", value: "{{2.outputs.gross + 1}}" }] }),
);

test("a scenario calls another one, waits for it in sight of everybody, and uses what it returned", async ({
  page,
}, info) => {
  await signIn(page);
  const api = await createApi(page, "Calls");
  const { id: calledId } = await api.publish(CALLED, called);
  const scenario = await api.send<ApiScenario>("POST", "/scenarios", { name: CALLING, definition: calling });
  const at = (path: string) => new URL(path, page.url()).href;

  await test.step("chooses what is called, and maps its input", async () => {
    await page.goto(at(`/scenarios/${scenario.id}`));
    const editor = new EditorPage(page);
    await editor.node(2).click();
    const settings = editor.settings(2);
    await settings.getByRole("button", { name: "Scenario: Choose a scenario" }).click();
    await page.getByRole("searchbox", { name: "Search scenarios" }).fill("tax");
    await page.getByRole("button", { name: CALLED }).click();
    await expect(settings.getByText("Without tax.")).toBeVisible();
    await editor.type(editor.field(settings, "price"), "{{1.body.price}}");
    await lookAt(page, info, "call-settings");
    await editor.close(settings);
    await expect(editor.node(2).getByText(CALLED)).toBeVisible();
    await expect
      .poll(async () => (await api.scenario(scenario.id)).draft.definition.nodes[1]?.config.inputs)
      .toEqual({ price: "{{1.body.price}}" });
    await api.send("POST", `/scenarios/${scenario.id}/versions`, {});
  });

  // Held before it begins, the called run lets everybody look for as long as they like.
  await api.send("POST", `/scenarios/${calledId}/pause`, {});
  const { runId = "" } = await postWebhook(scenario.webhookUrl, { price: 100 });
  await test.step("sees both runs, and goes from one to the other", async () => {
    await page.goto(at(`/scenarios/${scenario.id}/runs/${runId}`));
    const calls = page.getByRole("region", { name: "Calls" });
    await expect(calls.getByText("Waits for")).toBeVisible();
    await lookAt(page, info, "run-calling");
    await calls.getByRole("link", { name: CALLED }).click();
    await expect(page.getByRole("region", { name: "Calls" }).getByText("Called by")).toBeVisible();
    await lookAt(page, info, "run-called");
  });

  await test.step("goes on with what was returned", async () => {
    await api.send("POST", `/scenarios/${calledId}/resume`, {});
    const run = await api.endedRun(runId);
    expect(run.state).toBe("succeeded");
    expect(run.operations.find(({ nodeId }) => nodeId === 3)?.output).toEqual({ total: 120 });
    await page.goto(at(`/scenarios/${scenario.id}/runs/${runId}`));
    await page.getByRole("region", { name: "Canvas" }).or(page.locator(".react-flow")).first().waitFor();
    await page.locator('.react-flow__node[data-id="2"]').click();
    await expect(page.getByRole("heading", { name: "Called run" })).toBeVisible();
    await lookAt(page, info, "run-done");
  });
});
