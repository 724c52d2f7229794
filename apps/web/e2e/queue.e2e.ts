import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { lookAt } from "./lookAt.ts";
import { postWebhook } from "./publicApi.ts";
import { startReceiver } from "./receiver.ts";
import { createApi, signIn } from "./session.ts";
import { readStack } from "./stack.ts";

const NAME = "Stock reservations";

const reserving = (url: string): Definition => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } },
    {
      id: 2,
      type: "http.request",
      typeVersion: 1,
      config: { url, method: "POST", bodyType: "json", body: '{ "order": {{1.body.order}} }' },
      position: { x: 220, y: 0 },
    },
  ],
  edges: [{ from: 1, to: 2, kind: "next" }],
});

test("a paused scenario keeps its events, tells why they wait, and works them off once it is resumed", async ({
  page,
}, info) => {
  const receiver = await startReceiver(readStack().receiverPort);
  try {
    await signIn(page);
    const api = await createApi(page, "Queue");
    const scenario = await api.publish(NAME, reserving(receiver.url));

    await test.step("pauses it from the list", async () => {
      await page.getByRole("link", { name: "Scenarios" }).first().click();
      const row = page.getByRole("row").filter({ hasText: NAME });
      await row.getByRole("button", { name: `More for ${NAME}` }).click();
      await page.getByRole("menuitem", { name: "Pause" }).click();
      await expect(row.getByText("Paused", { exact: true })).toBeVisible();
      await lookAt(page, info, "scenario-paused");
    });

    const runs = await test.step("posts three events, which wait", async () => {
      const posted = [];
      for (const order of [1, 2, 3]) posted.push(await postWebhook(scenario.webhookUrl, { order }));
      expect(posted.map(({ status }) => status)).toEqual([202, 202, 202]);
      await page.getByRole("link", { name: "Queue" }).first().click();
      const row = page.getByRole("row").filter({ hasText: NAME });
      await expect(row.getByText("3 paused")).toBeVisible();
      await expect(row.getByText("Paused", { exact: true })).toBeVisible();
      expect(receiver.bodies).toEqual([]);
      await lookAt(page, info, "queue");
      return posted.map(({ runId }) => runId ?? "");
    });

    await test.step("reads on the run's page why it waits", async () => {
      await page.goto(new URL(`/scenarios/${scenario.id}/runs/${runs[0]}`, page.url()).href);
      await expect(page.getByText("Its scenario is paused").first()).toBeVisible();
      await lookAt(page, info, "run-paused");
    });

    await test.step("resumes it, and sees them finish live", async () => {
      await page.goto(new URL(`/scenarios/${scenario.id}/runs`, page.url()).href);
      await expect(page.getByRole("row").filter({ hasText: "Queued" })).toHaveCount(3);
      await page.getByRole("button", { name: `More for ${NAME}` }).click();
      await page.getByRole("menuitem", { name: "Resume" }).click();
      await expect(page.getByRole("row").filter({ hasText: "Finished" })).toHaveCount(3);
      for (const run of runs) expect((await api.run(run)).state).toBe("succeeded");
      expect(receiver.bodies).toHaveLength(3);
    });

    await test.step("drains the organization, and takes new work again", async () => {
      await page.getByRole("link", { name: "Queue" }).first().click();
      await page.getByRole("button", { name: "Drain" }).click();
      await expect(page.getByText("No new work is taken")).toBeVisible();
      await expect.poll(async () => (await postWebhook(scenario.webhookUrl, { order: 4 })).status).toBe(503);
      await lookAt(page, info, "queue-draining");
      await page.getByRole("button", { name: "Take new work again" }).click();
      await expect(page.getByText("No new work is taken")).toBeHidden();
      await expect.poll(async () => (await postWebhook(scenario.webhookUrl, { order: 5 })).status).toBe(202);
    });
  } finally {
    await receiver.close();
  }
});
