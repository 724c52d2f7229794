import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";
import type { Page, TestInfo } from "@playwright/test";

const themes = ["light", "dark"] as const;

/** Takes a page's picture in both themes, for people to look at, and lets axe look at it. */
export async function lookAt(page: Page, testInfo: TestInfo, name: string): Promise<void> {
  const before = await page.evaluate(() => document.documentElement.dataset.theme);
  for (const theme of themes) {
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    // Colours fade in 90 ms; axe and the picture want the end of it.
    await page.waitForTimeout(200);
    await page.screenshot({ path: testInfo.outputPath(`${name}-${theme}.png`) });
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
      // Experimental in axe, and wrong about badges and initials beside a name.
      .disableRules(["label-content-name-mismatch"])
      .analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
    );
    expect.soft(found, `accessibility of ${name}, ${theme}`).toEqual([]);
  }
  await page.evaluate((value) => {
    if (value === undefined) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
  }, before);
}
