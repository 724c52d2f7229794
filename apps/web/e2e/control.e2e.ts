import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { EditorPage } from "./editorPage.ts";
import { lookAt } from "./lookAt.ts";
import { startReceiver } from "./receiver.ts";
import { createApi, signIn } from "./session.ts";
import { readStack } from "./stack.ts";

const NAME = "Stock to warehouse";

const sending = (url: string): Definition => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } },
    {
      id: 2,
      type: "http.request",
      typeVersion: 1,
      config: { url, method: "POST", bodyType: "json", body: '{ "sku": "{{1.body.sku}}" }' },
      position: { x: 220, y: 0 },
    },
  ],
  edges: [{ from: 1, to: 2, kind: "next" }],
});

test("a dry run sends nothing and says so; a single node really sends", async ({ page }, info) => {
  const receiver = await startReceiver(readStack().receiverPort);
  const editor = new EditorPage(page);
  try {
    await signIn(page);
    const api = await createApi(page, "Control");
    await lookAt(page, info, "settings-retention");
    const scenario = await api.publish(NAME, sending(receiver.url));
    await page.goto(new URL(`/scenarios/${scenario.id}`, page.url()).href);

    await test.step("runs it dry: the service sees nothing", async () => {
      await page.getByRole("button", { name: "Dry run", exact: true }).click();
      await expect(editor.bubble(2)).toHaveAccessibleName(/1 operation, finished, simulated/);
      await editor.bubble(2).click();
      await expect(page.getByText("It was not performed.").first()).toBeVisible();
      await lookAt(page, info, "editor-dry-run");
      await page.getByRole("link", { name: /^Run of the draft/ }).click();
      await expect(page.getByText("A dry run: nothing was changed outside")).toBeVisible();
      await lookAt(page, info, "run-dry");
      expect(receiver.bodies).toEqual([]);
    });

    await test.step("runs one node: the service sees one request", async () => {
      await page.goto(new URL(`/scenarios/${scenario.id}`, page.url()).href);
      await editor.node(2).click();
      await editor.settings(2).getByRole("button", { name: "Run this node" }).click();
      const dialog = page.getByRole("dialog", { name: /alone$/ });
      await expect(dialog.getByText("This really sends")).toBeVisible();
      await dialog.getByRole("textbox").first().fill('{ "body": { "sku": "INK-1" } }');
      await lookAt(page, info, "run-node");
      await dialog.getByRole("button", { name: "Run this node" }).click();
      await expect(dialog).toBeHidden();
      await expect(editor.bubble(2)).toHaveAccessibleName(/1 operation, finished/);
      expect(receiver.bodies).toEqual([{ sku: "INK-1" }]);
      const [run] = await api.runs(scenario.id);
      expect((await api.endedRun(run!.id)).operations.map(({ nodeId }) => nodeId)).toEqual([2]);
    });
  } finally {
    await receiver.close();
  }
});
