import { expect } from "@playwright/test";
import type { Locator, Page } from "@playwright/test";

/** The editor as a person uses it: by mouse and keyboard, on what can be seen. */
export class EditorPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  node = (id: number): Locator => this.page.locator(`.react-flow__node[data-id="${id}"]`);
  plusAfter = (id: number): Locator => this.node(id).getByRole("button", { name: /^Add a (node|route)/ });
  settings = (id: number): Locator => this.page.getByRole("dialog", { name: new RegExp(`^Settings of node ${id},`) });
  bubble = (id: number): Locator => this.page.getByRole("button", { name: new RegExp(`^Node ${id}: `) });

  /** Chooses in the open picker by searching. */
  async pick(search: string, label: string | RegExp): Promise<void> {
    const picker = this.page.getByRole("dialog", { name: /Add a node|What starts/ });
    await picker.getByRole("combobox").fill(search);
    await picker.getByRole("option", { name: label }).click();
    await expect(picker).toBeHidden();
  }

  /** Drags a cable from a node's open output to a place, in pixels from where it begins. */
  async dragCable(from: number, by: { x: number; y: number }): Promise<void> {
    await this.drag(this.plusAfter(from), by);
  }

  async drag(what: Locator, by: { x: number; y: number }): Promise<void> {
    const box = await what.boundingBox();
    if (!box) throw new Error("Nothing to drag: it is not on the page.");
    const start = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    await this.page.mouse.move(start.x + by.x / 2, start.y + by.y / 2, { steps: 5 });
    await this.page.mouse.move(start.x + by.x, start.y + by.y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** A formula box by its label, inside what is open. */
  field = (within: Locator, label: string): Locator => within.getByRole("textbox", { name: label, exact: true });

  /** Types into a formula box, with the braces that it does not close by itself. */
  async type(box: Locator, text: string): Promise<void> {
    await box.click();
    await box.press("ControlOrMeta+a");
    await this.page.keyboard.insertText(text);
  }

  /** Puts a value of the panel into the box that has the focus, by clicking it. */
  async insertValue(path: string): Promise<void> {
    await this.page.getByRole("button", { name: `Insert ${path}`, exact: true }).click();
  }

  async close(settings: Locator): Promise<void> {
    await settings.getByRole("button", { name: "Done" }).click();
    await expect(settings).toBeHidden();
  }

  async waitUntilSaved(): Promise<void> {
    await expect(this.page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
  }
}
