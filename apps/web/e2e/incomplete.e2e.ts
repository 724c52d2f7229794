import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { startFragileService } from "./fragileService.ts";
import { lookAt } from "./lookAt.ts";
import { postWebhook } from "./publicApi.ts";
import { createApi, signIn } from "./session.ts";
import { readStack } from "./stack.ts";

const NAME = "Warehouse orders";

const reserving = (url: string): Definition => ({
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
    { id: 3, type: "error.break", typeVersion: 1, config: { attempts: 0 }, position: { x: 360, y: 140 } },
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "error" },
  ],
});

test("runs whose service is down are kept, retried with edited data, and retried together when it is back", async ({
  page,
}, info) => {
  const service = await startFragileService(readStack().receiverPort);
  try {
    await signIn(page);
    const api = await createApi(page, "Incomplete");
    const scenario = await api.publish(NAME, reserving(service.url));

    const runs = await test.step("four orders meet a closed warehouse", async () => {
      const ids = [];
      for (const order of [1, 2, 3, 4]) ids.push((await postWebhook(scenario.webhookUrl, { order })).runId ?? "");
      for (const id of ids) expect((await api.endedRun(id)).state).toBe("incomplete");
      await page
        .getByRole("link", { name: /^Incomplete/ })
        .first()
        .click();
      const groups = page.getByRole("region", { name: "What stopped them" });
      await expect(groups.getByRole("button", { name: new RegExp(NAME) })).toContainText("4");
      await lookAt(page, info, "incomplete");
      return ids;
    });

    await test.step("one is retried with edited data", async () => {
      await page.goto(new URL(`/scenarios/${scenario.id}/runs/${runs[0]}`, page.url()).href);
      const story = page.getByRole("region", { name: "How this run stands" });
      await expect(story.getByRole("heading")).toHaveText("“Reserve” failed, and the run is kept");
      await lookAt(page, info, "incomplete-run");
      await story.getByRole("button", { name: "Retry" }).click();
      const dialog = page.getByRole("dialog", { name: "Retry from “Reserve”" });
      await dialog.getByRole("radio", { name: /with edited data/ }).check();
      const body = dialog.getByLabel("Body", { exact: true });
      await expect(body).toHaveValue(/"order": ?1/);
      await lookAt(page, info, "edited-data");
      await body.fill('{ "order": 1, "urgent": true }');
      await dialog.getByRole("button", { name: "Retry with this data" }).click();
      await expect(story.getByRole("heading")).toHaveText("This run did all it had to do");
      expect(service.done).toEqual([{ order: 1, urgent: true }]);
      await page.getByRole("tab", { name: /^Operations/ }).click();
      await page
        .getByRole("row", { name: /Reserve/ })
        .last()
        .click();
      await expect(page.getByText(/Mara Klein retried it with edited data/)).toBeVisible();
      await lookAt(page, info, "edited-run");
    });

    await test.step("the other three are retried together once the warehouse is open", async () => {
      service.isUp = true;
      await page
        .getByRole("link", { name: /^Incomplete/ })
        .first()
        .click();
      await page.getByRole("button", { name: new RegExp(`3.*${NAME}`) }).click();
      await page.getByRole("button", { name: "Retry all" }).click();
      const dialog = page.getByRole("dialog", { name: "Retry them from where they stopped?" });
      await lookAt(page, info, "bulk-retry");
      await dialog.getByRole("button", { name: "Retry", exact: true }).click();
      await expect(page.getByRole("status").filter({ hasText: "Retried: 3 of 3" })).toBeVisible();
      for (const id of runs.slice(1)) expect((await api.endedRun(id)).state).toBe("succeeded");
      expect(service.done.map(({ order }) => order).sort()).toEqual([1, 2, 3, 4]);
      await lookAt(page, info, "bulk-done");
    });
  } finally {
    await service.close();
  }
});
