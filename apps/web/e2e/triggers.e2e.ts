import { createHmac } from "node:crypto";
import type { Definition, JsonValue } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import { EditorPage } from "./editorPage.ts";
import { lookAt } from "./lookAt.ts";
import type { ApiScenario } from "./publicApi.ts";
import { createApi, signIn } from "./session.ts";

const triggered = (type: string, config: Record<string, JsonValue>): Definition => ({
  format: 1,
  nodes: [{ id: 1, type, typeVersion: 1, config, position: { x: 0, y: 0 } }],
  edges: [],
});

const BODY = '{"order":7}';
const send = (url: string, secret: string) => {
  const signature = `sha256=${createHmac("sha256", secret).update(BODY).digest("hex")}`;
  const headers = { "Content-Type": "application/json", "X-Hub-Signature-256": signature };
  return fetch(url, { method: "POST", headers, body: BODY });
};

test("a signed webhook takes what is signed, and shows what it refused", async ({ page }, info) => {
  await signIn(page);
  const api = await createApi(page, "Signed");
  const config = { methods: ["POST"], authentication: "signature", signaturePreset: "github" };
  const definition = triggered("webhook.receive", config);
  const scenario = await api.send<ApiScenario>("POST", "/scenarios", { name: "Signed orders", definition });
  const editor = new EditorPage(page);
  await page.goto(new URL(`/scenarios/${scenario.id}`, page.url()).href);
  await editor.node(1).dblclick();
  const settings = editor.settings(1);

  const secret = await test.step("makes a secret in the editor, which is shown once", async () => {
    await settings.getByRole("button", { name: "Security" }).click();
    await settings.getByRole("button", { name: "Make a secret" }).click();
    await expect(settings.getByText("Copy the secret now")).toBeVisible();
    return (await settings.getByRole("region", { name: "Secret", exact: true }).locator("code").innerText()).trim();
  });

  await test.step("publishes, and sends a signed request and two forged ones", async () => {
    await api.send("POST", `/scenarios/${scenario.id}/versions`, {});
    expect((await send(scenario.webhookUrl, secret)).status).toBe(202);
    expect((await send(scenario.webhookUrl, "guessed")).status).toBe(401);
    expect((await send(scenario.webhookUrl, "guessed again")).status).toBe(401);
    expect(await api.runs(scenario.id)).toHaveLength(1);
  });

  await test.step("sees the refusals arrive", async () => {
    await expect(settings.getByText("2 refused in 24 hours")).toBeVisible();
    const refused = settings.getByRole("region", { name: "Refused requests" });
    await refused.scrollIntoViewIfNeeded();
    await expect(refused.getByText("the signature does not match").first()).toBeVisible();
    await lookAt(page, info, "webhook-security");
  });
});
