import { expect } from "@playwright/test";
import type { Page } from "@playwright/test";
import { PublicApi } from "./publicApi.ts";
import { readStack } from "./stack.ts";

/** The one owner of the stack that all journeys share. */
export const owner = { name: "Mara Klein", email: "mara@example.com", password: "correct horse battery" };

/** Signs the owner in; where a journey is run alone, there is no account yet, and it is made. */
export async function signIn(page: Page): Promise<void> {
  await page.goto(readStack().webUrl);
  await expect(page.getByLabel("Email")).toBeVisible();
  const isNew = await page.getByRole("button", { name: "Create account" }).isVisible();
  if (isNew) await page.getByLabel("Your name").fill(owner.name);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: isNew ? "Create account" : "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "All scenarios" })).toBeVisible();
}

/** A key for the public HTTP API, made on the settings page. */
export async function createApi(page: Page, keyName: string): Promise<PublicApi> {
  await page.getByRole("link", { name: "Settings" }).first().click();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(keyName);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const shown = page.getByRole("dialog", { name: `${keyName} is ready` });
  const key = (await shown.locator("code").textContent())?.trim() ?? "";
  await shown.getByRole("button", { name: "Done" }).click();
  return new PublicApi(readStack().siteUrl, key);
}
