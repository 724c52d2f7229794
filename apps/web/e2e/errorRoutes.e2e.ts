import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { EditorPage } from "./editorPage.ts";
import { startFragileService } from "./fragileService.ts";
import { lookAt } from "./lookAt.ts";
import { postWebhook } from "./publicApi.ts";
import { createApi, signIn } from "./session.ts";
import { readStack } from "./stack.ts";

const NAME = "Orders with a way out";

const asking = (url: string): Definition => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } },
    {
      id: 2,
      type: "http.request",
      typeVersion: 2,
      name: "Reserve",
      config: { url, method: "POST", bodyType: "json", body: '{ "order": {{1.body.order}} }' },
      position: { x: 220, y: 0 },
    },
    {
      id: 3,
      type: "http.request",
      typeVersion: 2,
      name: "Tell",
      config: { url, method: "POST", bodyType: "json", body: "{}" },
      position: { x: 440, y: 0 },
    },
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next" },
  ],
});

test("an error route and a catch-all route are drawn, and the run page tells what they did", async ({ page }, info) => {
  const service = await startFragileService(readStack().receiverPort);
  try {
    await signIn(page);
    const api = await createApi(page, "Error routes");
    const scenario = await api.send<{ id: string; webhookUrl: string }>("POST", "/scenarios", {
      name: NAME,
      definition: asking(service.url),
    });
    const editor = new EditorPage(page);

    await test.step("draws both routes", async () => {
      await page.goto(new URL(`/scenarios/${scenario.id}`, page.url()).href);
      await editor.node(2).click();
      await editor.settings(2).getByRole("button", { name: "More for this node" }).click();
      await page.getByRole("menuitem", { name: "Add error handler" }).click();
      await editor.pick("resume", /^Resume/);
      await editor.close(editor.settings(4));
      await editor.node(1).click();
      await editor.settings(1).getByRole("button", { name: "More for this node" }).click();
      await page.getByRole("menuitem", { name: "Add a route for all errors" }).click();
      await editor.pick("rollback", /^Rollback/);
      await editor.close(editor.settings(5));
      await expect(page.getByText("Error route")).toHaveCount(2);
      await editor.waitUntilSaved();
      await lookAt(page, info, "error-routes");
    });

    await test.step("reads on the run page which route took which error", async () => {
      const { draft } = await api.scenario(scenario.id);
      await api.send("POST", `/scenarios/${scenario.id}/versions`, { draftRevision: draft.revision });
      const { runId = "" } = await postWebhook(scenario.webhookUrl, { order: 1 });
      expect((await api.endedRun(runId)).state).toBe("failed");
      await page.goto(new URL(`/scenarios/${scenario.id}/runs/${runId}`, page.url()).href);
      const story = page.getByRole("region", { name: "How this run stands" });
      await expect(story.getByRole("heading")).toHaveText("“Tell” failed, and with it the run");
      await expect(story).toContainText(
        /“Reserve” failed with .*; its error route took it and went on with substitute output/,
      );
      await expect(story).toContainText(
        /“Tell” failed with .*; the scenario's catch-all route took it and ended the run as failed/,
      );
      await lookAt(page, info, "error-routes-run");
    });
  } finally {
    await service.close();
  }
});
