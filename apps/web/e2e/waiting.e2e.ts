import type { Definition } from "@patchbay/core";
import { expect, test } from "@playwright/test";
import type { Browser, BrowserContextOptions, Page, TestInfo } from "@playwright/test";
import { EditorPage } from "./editorPage.ts";
import { lookAt } from "./lookAt.ts";
import { postWebhook, type PublicApi } from "./publicApi.ts";
import { createApi, signIn } from "./session.ts";
import { readStack } from "./stack.ts";

const node = (id: number, type: string, config: Definition["nodes"][number]["config"] = {}) => ({
  ...{ id, type, config, typeVersion: 1, position: { x: 120 + id * 200, y: 200 } },
});

const refunds: Definition = {
  format: 1,
  nodes: [
    node(1, "webhook.receive"),
    node(2, "tools.setVariables", { variables: [{ name: "link", value: "{{approvalUrl(3)}}" }] }),
    node(3, "tools.wait", {
      kind: "approval",
      title: "Refund {{1.body.amount}} EUR to {{1.body.customer}}",
      message: "{{1.body.customer}} returned order 4711.\nThe warehouse has confirmed the parcel.",
      fields: [
        { name: "amount", label: "Amount to pay back (EUR)", type: "number", required: true },
        { name: "reason", label: "Reason", type: "choice", choices: "damaged, wrong size, other" },
        { name: "notify", label: "Tell the customer", type: "yesNo" },
        { name: "payOn", label: "Pay on", type: "date" },
      ],
      timeoutSeconds: 86_400,
    }),
    node(4, "tools.setVariables", { variables: [{ name: "paid", value: "{{3.fields.amount}}" }] }),
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next" },
    { from: 3, to: 4, kind: "next" },
  ],
};

interface Waits {
  items: { addresses: { page: string; resume: string } }[];
}

test("a run waits for an approval, and goes on with it", async ({ page, browser }, info) => {
  const stack = readStack();
  await signIn(page);
  const api = await createApi(page, "Waiting");
  const scenario = await api.publish("Refunds", refunds);
  const runs = `${stack.webUrl}/scenarios/${scenario.id}/runs`;
  const start = async () =>
    (await postWebhook(scenario.webhookUrl, { customer: "Ines Okafor", amount: 240 })).runId ?? "";

  await test.step("the run page says what it waits for", async () => {
    const runId = await start();
    await page.goto(`${runs}/${runId}`);
    const strip = page.getByRole("region", { name: "What this run waits for" });
    await expect(strip).toContainText("Waits for an approval: Refund 240 EUR to Ines Okafor");
    await expect(strip).toContainText("If nobody answers, the run goes on");
    await lookAt(page, info, "run-waiting");
    const link = await linkOf(api, runId);
    expect(await strip.getByRole("link", { name: "Open" }).getAttribute("href")).toBe(link);
    await approve(browser, link, info);
    // Nobody has touched this page: it follows the run by itself.
    await expect(strip).toBeHidden();
    await expect(page.getByText("This run did all it had to do")).toBeVisible();
    const { operations } = await api.endedRun(runId);
    expect(operations.at(-1)?.output).toEqual({ paid: 239.5 });
  });

  await test.step("members answer on the run page, and go on without an answer", async () => {
    const [answered, skipped] = [await start(), await start()];
    await page.goto(runs);
    await expect(page.getByText("Waits for: Refund 240 EUR to Ines Okafor")).toHaveCount(2);
    await lookAt(page, info, "runs-waiting");
    await page.goto(`${runs}/${answered}`);
    await page.getByRole("button", { name: "Answer here" }).click();
    const dialog = page.getByRole("dialog", { name: "Refund 240 EUR to Ines Okafor" });
    await dialog.getByLabel("Comment").fill("Not this time.");
    await lookAt(page, info, "run-answer");
    await dialog.getByRole("button", { name: "Reject" }).click();
    expect((await api.endedRun(answered)).operations.find(({ nodeId }) => nodeId === 3)?.output).toMatchObject({
      ...{ decision: "rejected", comment: "Not this time.", answeredBy: "Mara Klein" },
    });
    await page.goto(`${runs}/${skipped}`);
    await page.getByRole("button", { name: "Go on without" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Go on" }).click();
    expect((await api.endedRun(skipped)).operations.find(({ nodeId }) => nodeId === 3)?.output).toMatchObject({
      ...{ decision: null, timedOut: true },
    });
  });

  await test.step("the form is made in the editor", async () => {
    await page.goto(`${stack.webUrl}/scenarios/${scenario.id}`);
    const editor = new EditorPage(page);
    await editor.node(3).dblclick();
    await expect(editor.settings(3)).toBeVisible();
    await expect(editor.field(editor.settings(3), "What for")).toContainText("Refund");
    await lookAt(page, info, "wait-settings");
  });
});

async function linkOf(api: PublicApi, runId: string): Promise<string> {
  const { items } = await api.get<Waits>(`/runs/${runId}/waits`);
  return items[0]?.addresses.page ?? "";
}

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

/** As somebody does who has nothing but the link, on a phone. */
async function approve(browser: Browser, link: string, info: TestInfo): Promise<void> {
  const context = await browser.newContext(phone);
  try {
    const page = await context.newPage();
    const response = await page.goto(link);
    expect(response?.headers()).toMatchObject({
      "x-robots-tag": "noindex, nofollow",
      "referrer-policy": "no-referrer",
    });
    await expect(page.getByRole("heading", { name: "Refund 240 EUR to Ines Okafor" })).toBeVisible();
    await page.getByRole("button", { name: "Approve" }).click();
    await expect(page.getByText("Amount to pay back (EUR) is required.")).toBeVisible();
    await expect(page.getByLabel("Amount to pay back (EUR)")).toBeFocused();
    await lookAt(page, info, "approval-phone");
    await fill(page);
    await page.getByRole("button", { name: "Approve" }).click();
    await expect(page.getByRole("heading", { name: "Approved. Thank you." })).toBeVisible();
    await lookAt(page, info, "approval-thanks");
    await page.reload();
    await expect(page.getByRole("heading", { name: "Already answered" })).toBeVisible();
    await page.goto(`${link.slice(0, -3)}xyz`);
    await expect(page.getByRole("heading", { name: "There is nothing to answer here" })).toBeVisible();
  } finally {
    await context.close();
  }
}

async function fill(page: Page): Promise<void> {
  await page.getByLabel("Amount to pay back (EUR)").fill("239,50");
  await page.getByRole("combobox", { name: "Reason" }).click();
  await page.getByRole("option", { name: "wrong size" }).click();
  await page.getByLabel("Pay on").fill("2026-12-01");
}
