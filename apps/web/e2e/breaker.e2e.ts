import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { startFragileService } from "./fragileService.ts";
import { lookAt } from "./lookAt.ts";
import { postWebhook } from "./publicApi.ts";
import { createApi, signIn } from "./session.ts";
import { readStack } from "./stack.ts";

const NAME = "Orders by a fragile connection";
const CONNECTION = "Warehouse key";

const asking = (url: string, connectionId: string): Definition => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } },
    {
      id: 2,
      type: "http.request",
      typeVersion: 2,
      name: "Reserve",
      connectionId,
      config: { url, method: "PUT", bodyType: "json", body: '{ "order": {{1.body.order}} }' },
      errorHandling: { retry: { attempts: 1, initialDelayMs: 0, maxDelayMs: 0 } },
      position: { x: 220, y: 0 },
    },
  ],
  edges: [{ from: 1, to: 2, kind: "next" }],
});

test("a connection whose service fails is paused, its runs say why they wait, and go on by hand", async ({
  page,
}, info) => {
  const service = await startFragileService(readStack().receiverPort);
  try {
    await signIn(page);
    const api = await createApi(page, "Breaker");

    const id = await test.step("stores a connection that is paused after two failures", async () => {
      await page.getByRole("link", { name: "Connections" }).first().click();
      await page.getByRole("button", { name: "New connection" }).click();
      const dialog = page.getByRole("dialog", { name: "New connection" });
      await dialog.getByLabel("Name", { exact: true }).fill(CONNECTION);
      await dialog.getByLabel(/^Token/).fill("warehouse-secret");
      await dialog.getByRole("button", { name: "Store" }).click();
      await page.getByRole("button", { name: `More for ${CONNECTION}` }).click();
      await page.getByRole("menuitem", { name: "When it fails" }).click();
      const settings = page.getByRole("dialog", { name: `When ${CONNECTION} fails` });
      await settings.getByLabel("Failures in a row that pause it").fill("2");
      await settings.getByLabel("First pause, seconds").fill("600");
      await lookAt(page, info, "breaker-settings");
      await settings.getByRole("button", { name: "Save" }).click();
      await expect(settings).toBeHidden();
      const { items } = await api.get<{ items: { id: string; name: string }[] }>("/connections");
      return items.find(({ name }) => name === CONNECTION)?.id ?? "";
    });

    await test.step("two runs fail, the third one waits and says why", async () => {
      const scenario = await api.publish(NAME, asking(service.url, id));
      const order = async (number: number) => (await postWebhook(scenario.webhookUrl, { order: number })).runId ?? "";
      for (const number of [1, 2]) expect((await api.endedRun(await order(number))).state).toBe("failed");
      const waiting = await order(3);
      await page.goto(new URL(`/scenarios/${scenario.id}/runs/${waiting}`, page.url()).href);
      const story = page.getByRole("region", { name: "How this run stands" });
      await expect(story.getByRole("heading")).toHaveText("“Reserve” waits because its connection is in trouble");
      await expect(story).toContainText(`“${CONNECTION}” failed 2 times in a row`);
      await expect(story).toContainText("The next try comes");
      await lookAt(page, info, "breaker-run");
      await page.getByRole("link", { name: "Connections" }).first().click();
      const row = page.getByRole("row").filter({ hasText: CONNECTION });
      await expect(row).toContainText("2 failures in a row. 1 run waits.");
      await lookAt(page, info, "breaker-connections");
      service.isUp = true;
      await row.getByRole("button", { name: "Try now" }).click();
      await expect(row).toContainText("No trouble");
      expect((await api.endedRun(waiting)).state).toBe("succeeded");
      expect(service.done).toEqual([{ order: 3 }]);
    });
  } finally {
    await service.close();
  }
});
