import { expect, test } from "@playwright/test";
import type { Page, TestInfo } from "@playwright/test";
import { EditorPage } from "./editorPage.ts";
import { lookAt } from "./lookAt.ts";
import { postWebhook, PublicApi } from "./publicApi.ts";
import { startReceiver } from "./receiver.ts";
import type { Receiver } from "./receiver.ts";
import { readStack } from "./stack.ts";

const owner = { name: "Mara Klein", email: "mara@example.com", password: "correct horse battery" };
const order = {
  customer: { name: "Ines Okafor" },
  items: [
    { sku: "INK-1", qty: 2 },
    { sku: "PEN-7", qty: 0 },
    { sku: "CAP-3", qty: 5 },
  ],
};

/** What the steps hand on to each other. */
interface Journey {
  page: Page;
  info: TestInfo;
  editor: EditorPage;
  receiver: Receiver;
  api: PublicApi;
  scenarioId: string;
  webhookUrl: string;
}

test("from an empty deployment to a live automation and back", async ({ page }, info) => {
  const stack = readStack();
  const receiver = await startReceiver(stack.receiverPort);
  const journey = { page, info, editor: new EditorPage(page), receiver } as Journey;
  try {
    await test.step("signs up and gets a sample scenario", () => signUp(journey, stack.webUrl));
    await test.step("makes an API key", () => makeKey(journey, stack.siteUrl));
    await test.step("makes a scenario and learns a webhook's fields", () => learnWebhook(journey));
    await test.step("draws, configures and maps", () => draw(journey));
    await test.step("sets a filter", () => setFilter(journey));
    await test.step("moves, undoes, redoes, deletes, clones, copies and pastes", () => editGraph(journey));
    await test.step("runs once and looks at an operation", () => runOnce(journey));
    const first = await test.step("publishes and gets a run by its webhook, live", () => publishFirst(journey));
    const added = await test.step("changes and publishes again; the first run keeps its version", () =>
      publishSecond(journey, first));
    await test.step("rolls back: version 3 with the content of version 1", () => rollBack(journey, added));
  } finally {
    await receiver.close();
  }
});

async function signUp({ page, info }: Journey, webUrl: string): Promise<void> {
  await page.goto(webUrl);
  await expect(page.getByRole("heading", { name: "Create the owner's account" })).toBeVisible();
  await lookAt(page, info, "sign-up");
  await page.getByLabel("Your name").fill(owner.name);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "All scenarios" })).toBeVisible();
  await expect(page.getByRole("link", { name: /Hello, webhook/ }).first()).toBeVisible();
  await lookAt(page, info, "scenarios");
}

async function makeKey(journey: Journey, siteUrl: string): Promise<void> {
  const { page, info } = journey;
  await page.getByRole("link", { name: "Settings" }).first().click();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Journey");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const shown = page.getByRole("dialog", { name: "Journey is ready" });
  const key = (await shown.locator("code").textContent())?.trim() ?? "";
  await shown.getByRole("button", { name: "Done" }).click();
  journey.api = new PublicApi(siteUrl, key);
  const me = await journey.api.get<{ user?: { email: string }; email?: string }>("/me");
  expect(me.user?.email ?? me.email).toBe(owner.email);
  await lookAt(page, info, "settings");
}

async function learnWebhook(journey: Journey): Promise<void> {
  const { page, info, editor } = journey;
  await page.getByRole("link", { name: "Scenarios" }).first().click();
  await page.getByRole("button", { name: "New scenario" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Orders to stock");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("button", { name: "Choose a trigger" })).toBeVisible();
  journey.scenarioId = new URL(page.url()).pathname.split("/")[2] ?? "";
  await lookAt(page, info, "editor-empty");

  await page.getByRole("button", { name: "Choose a trigger" }).click();
  await editor.pick("webhook", "Receive a webhook");
  const settings = editor.settings(1);
  await editor.waitUntilSaved();
  const { webhookUrl } = await journey.api.scenario(journey.scenarioId);
  journey.webhookUrl = webhookUrl;
  await expect(settings.getByText(webhookUrl)).toBeVisible();

  await settings.getByRole("button", { name: "Wait for a request" }).click();
  await expect(settings.getByText("Waiting for a request")).toBeVisible();
  const listened = await postWebhook(webhookUrl, order);
  expect(listened.status).toBeLessThan(300);
  await expect(settings.getByRole("treeitem").filter({ hasText: "3 items" }).first()).toBeVisible();
  expect(await journey.api.runs(journey.scenarioId), "listening runs nothing").toEqual([]);
  await editor.close(settings);
}

async function draw({ page, info, editor, receiver, api, scenarioId }: Journey): Promise<void> {
  await editor.plusAfter(1).click();
  await editor.pick("iterator", "Iterator");
  const iterator = editor.settings(2);
  await editor.field(iterator, "List").click();
  await editor.insertValue("body.items");
  await expect(iterator.getByText("Preview")).toBeVisible();
  await editor.close(iterator);

  await editor.dragCable(2, { x: 200, y: 20 });
  await editor.pick("request", "Make a request");
  const request = editor.settings(3);
  await editor.type(editor.field(request, "URL"), receiver.url);
  await request.getByRole("combobox", { name: "Method" }).click();
  await page.getByRole("option", { name: "POST" }).click();
  await request.getByRole("combobox", { name: "Body type" }).click();
  await page.getByRole("option", { name: "JSON" }).click();
  await editor.type(
    editor.field(request, "Body"),
    '{ "sku": "{{2.value.sku}}", "for": "{{upper(1.body.customer.name)}}" }',
  );
  await expect(request.getByText("INES OKAFOR")).toBeVisible();
  await lookAt(page, info, "editor-settings");
  await editor.close(request);

  await editor.waitUntilSaved();
  const { definition } = (await api.scenario(scenarioId)).draft;
  expect(definition.nodes.map((node) => node.type)).toEqual(["webhook.receive", "tools.iterate", "http.request"]);
  expect(definition.nodes[1]!.config).toEqual({ array: "{{1.body.items}}" });
  expect(definition.edges.map(({ from, to }) => [from, to])).toEqual([
    [1, 2],
    [2, 3],
  ]);
}

async function setFilter({ page, info, editor, api, scenarioId }: Journey): Promise<void> {
  const cable = page
    .getByRole("group", { name: /Cable from 2 .* to 3/ })
    .or(page.locator('.react-flow__edge[data-id="2 next 3"]'))
    .first();
  await cable.hover({ force: true });
  await page.getByRole("button", { name: "Set a filter" }).click();
  const filter = page.getByRole("dialog", { name: /^Filter before node 3/ });
  await filter.getByLabel("Label").fill("In stock");
  await editor.field(filter, "Value of condition 1.1").click();
  await editor.insertValue("value.qty");
  await filter.getByRole("combobox", { name: "Comparison of condition 1.1" }).click();
  await page.getByRole("option", { name: "is greater than" }).click();
  await editor.type(editor.field(filter, "Compared with in condition 1.1"), "0");
  await lookAt(page, info, "editor-filter");
  await filter.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("button", { name: /^Filter In stock/ })).toBeVisible();
  await editor.waitUntilSaved();
  const edge = (await api.scenario(scenarioId)).draft.definition.edges.find(({ from }) => from === 2);
  expect(edge?.filter).toEqual({
    label: "In stock",
    conditions: [[{ left: "{{2.value.qty}}", operator: "greaterThan", right: "0" }]],
  });
}

async function editGraph({ page, editor, api, scenarioId }: Journey): Promise<void> {
  const draft = async () => (await api.scenario(scenarioId)).draft.definition;
  const before = await draft();
  const settled = async () => {
    await editor.waitUntilSaved();
    return draft();
  };
  await page.keyboard.press("Escape");
  await editor.drag(editor.node(3), { x: 60, y: 80 });
  await expect.poll(async () => (await settled()).nodes[2]!.position.y).not.toBe(before.nodes[2]!.position.y);
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(async () => (await settled()).nodes[2]!.position).toEqual(before.nodes[2]!.position);
  await page.keyboard.press("ControlOrMeta+y");
  await expect.poll(async () => (await settled()).nodes[2]!.position.y).not.toBe(before.nodes[2]!.position.y);

  await editor.node(3).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ControlOrMeta+d");
  await expect(editor.node(4)).toBeVisible();
  await page.keyboard.press("Delete");
  await expect(editor.node(4)).toBeHidden();
  await editor.node(3).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ControlOrMeta+c");
  await page.keyboard.press("ControlOrMeta+v");
  await expect(editor.node(5), "an id is never given twice").toBeVisible();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(editor.node(5)).toBeHidden();
  await expect.poll(async () => (await settled()).nodes.map(({ id }) => id)).toEqual([1, 2, 3]);
}

async function runOnce({ page, info, editor, receiver, api, scenarioId }: Journey): Promise<void> {
  await page.getByRole("button", { name: /^Run once/ }).click();
  await expect(editor.bubble(1)).toBeVisible();
  await expect(editor.bubble(3)).toHaveAccessibleName(/2 operations, finished/, { timeout: 30_000 });
  await expect(page.getByRole("button", { name: /^Filter In stock, 2 of 3/ })).toBeVisible();
  expect(receiver.bodies).toEqual([
    { sku: "INK-1", for: "INES OKAFOR" },
    { sku: "CAP-3", for: "INES OKAFOR" },
  ]);
  await editor.bubble(3).click();
  const inspector = page.getByRole("complementary", { name: "Operations of node 3" });
  await expect(inspector.getByText("Operation 1 of 2")).toBeVisible();
  await expect(inspector.getByRole("treeitem").filter({ hasText: "r-1" }).first()).toBeVisible();
  await inspector.getByRole("tab", { name: "Input" }).click();
  await expect(inspector.getByRole("treeitem").filter({ hasText: "INK-1" }).first()).toBeVisible();
  await lookAt(page, info, "editor-run");
  const [run] = await api.runs(scenarioId);
  expect(run?.source.kind).toBe("draft");
  const stored = await api.endedRun(run!.id);
  expect(stored.state).toBe("succeeded");
  expect(stored.operations.filter(({ nodeId }) => nodeId === 3)).toHaveLength(2);
  await inspector.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Clear" }).click();
}

async function publish({ page }: Journey, number: number, label: string): Promise<void> {
  await page.getByRole("button", { name: `Publish v${number}` }).click();
  const dialog = page.getByRole("dialog", { name: `Publish version ${number}` });
  await dialog.getByLabel("Label").fill(label);
  await dialog.getByRole("button", { name: `Publish v${number}` }).click();
  await expect(page.getByText(`v${number} live`)).toBeVisible();
}

async function publishFirst(journey: Journey): Promise<string> {
  const { page, info, api, scenarioId, webhookUrl } = journey;
  await publish(journey, 1, "First orders");
  const stored = await api.scenario(scenarioId);
  expect(stored).toMatchObject({ enabled: true, publishedVersion: 1 });
  expect((await api.versions(scenarioId))[0]).toMatchObject({ number: 1, state: "published", label: "First orders" });

  await page.locator("header").getByRole("link", { name: "Runs", exact: true }).click();
  await expect(page).toHaveURL(/\/runs$/);
  const rows = page.getByRole("row").filter({ hasText: /v1|Version 1/ });
  await expect(rows).toHaveCount(0);
  const posted = await postWebhook(webhookUrl, order);
  expect(posted).toMatchObject({ status: 202, runId: expect.any(String) });
  await expect(rows, "the run arrives without a reload").toHaveCount(1);
  const run = await api.endedRun(posted.runId!);
  expect(run).toMatchObject({ state: "succeeded", source: { kind: "version", number: 1 } });
  await lookAt(page, info, "runs");
  return posted.runId!;
}

/** Resolves with the id of the node that version 2 has more than version 1. */
async function publishSecond(journey: Journey, firstRunId: string): Promise<number> {
  const { page, info, editor, api, scenarioId, webhookUrl } = journey;
  await page.goto(new URL(`/scenarios/${scenarioId}`, page.url()).href);
  await editor.plusAfter(3).click();
  await editor.pick("variables", "Set variables");
  const variablesId = Number(await page.getByRole("group", { name: /^\d+: Set variables/ }).getAttribute("data-id"));
  const settings = editor.settings(variablesId);
  await settings.getByRole("button", { name: "Add variable" }).click();
  await editor.type(editor.field(settings, "Name of variable 1"), "reservation");
  await editor.field(settings, "Value of variable 1").click();
  await editor.insertValue("body.reservation");
  await editor.close(settings);
  await publish(journey, 2, "Keep the reservation");
  const posted = await postWebhook(webhookUrl, order);
  const second = await api.endedRun(posted.runId!);
  expect(second).toMatchObject({ state: "succeeded", source: { kind: "version", number: 2 } });
  expect(second.operations.filter(({ nodeId }) => nodeId === variablesId).map(({ output }) => output)).toEqual([
    { reservation: expect.stringMatching(/^r-/) },
    { reservation: expect.stringMatching(/^r-/) },
  ]);
  expect((await api.run(firstRunId)).source).toEqual({ kind: "version", number: 1 });

  await page.goto(new URL(`/scenarios/${scenarioId}/runs/${firstRunId}`, page.url()).href);
  await expect(page.getByText(/Version 1|v1/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Node 3: 2 operations/ })).toBeVisible();
  await lookAt(page, info, "run");
  return variablesId;
}

async function rollBack({ page, info, api, scenarioId, webhookUrl }: Journey, addedId: number): Promise<void> {
  await page.goto(new URL(`/scenarios/${scenarioId}/history`, page.url()).href);
  await expect(page.getByText("Keep the reservation").first()).toBeVisible();
  // Both versions are drawn, side by side.
  await expect(page.getByText("Receive a webhook")).toHaveCount(2);
  await lookAt(page, info, "history");
  await page.getByRole("button", { name: "More for version 1" }).click();
  await page.getByRole("menuitem", { name: /Roll back/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Roll back/ })
    .click();
  await expect(page.getByText(/v3 live/).first()).toBeVisible();
  await expect(page.getByText(/draft (still )?(holds|differs|has)/i).first()).toBeVisible();
  const [third, second, first] = await api.versions(scenarioId);
  expect(third).toMatchObject({ number: 3, state: "published", restoredFrom: 1 });
  expect(third!.contentHash).toBe(first!.contentHash);
  expect(second!.state).toBe("superseded");
  const { draft, publishedVersion } = await api.scenario(scenarioId);
  expect(publishedVersion).toBe(3);
  expect(
    draft.definition.nodes.map(({ id }) => id),
    "the draft is untouched",
  ).toContain(addedId);
  const run = await api.endedRun((await postWebhook(webhookUrl, order)).runId!);
  expect(run).toMatchObject({ state: "succeeded", source: { kind: "version", number: 3 } });
  expect(run.operations.some(({ nodeId }) => nodeId === addedId)).toBe(false);
}
