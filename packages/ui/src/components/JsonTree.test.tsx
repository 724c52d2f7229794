// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JsonTree } from "./JsonTree.tsx";
import { TooltipProvider } from "./Tooltip.tsx";

const writeText = vi.fn<(text: string) => Promise<void>>();

const value = { status: 200, data: { lines: [{ sku: "INK" }] }, headers: { host: "x" } };

const names = () => screen.getAllByRole("treeitem").map((row) => row.textContent);

function draw(props: Partial<Parameters<typeof JsonTree>[0]> = {}) {
  render(
    <TooltipProvider>
      <JsonTree value={value} label="Output" rootPath="5" openDepth={1} {...props} />
    </TooltipProvider>,
  );
}

/** Sends a key to whatever has focus, as a keyboard does. */
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });

beforeEach(() => {
  writeText.mockReset().mockResolvedValue();
  Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  // jsdom has no CSS.escape.
  vi.stubGlobal("CSS", { escape: (text: string) => text.replaceAll(/["\\]/g, "\\$&") });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("JsonTree", () => {
  it("is one stop for the tab key, and arrows move inside", () => {
    draw();
    const rows = screen.getAllByRole("treeitem");
    expect(rows.filter((row) => row.tabIndex === 0)).toHaveLength(1);
    rows[0]?.focus();
    press("ArrowDown");
    expect(document.activeElement?.textContent).toContain("data");
    press("End");
    expect(document.activeElement?.textContent).toContain("host");
  });

  it("opens with the right arrow, closes with the left, and goes up to the parent", () => {
    draw();
    screen.getAllByRole("treeitem")[1]?.focus();
    press("ArrowDown");
    expect(document.activeElement?.getAttribute("aria-expanded")).toBe("false");
    press("ArrowRight");
    expect(document.activeElement?.getAttribute("aria-expanded")).toBe("true");
    press("ArrowLeft");
    expect(document.activeElement?.getAttribute("aria-expanded")).toBe("false");
    press("ArrowLeft");
    expect(document.activeElement?.textContent).toContain("data");
  });

  it("copies the value with c, and with p the path as a mapping would write it", () => {
    draw({ openDepth: 3 });
    screen
      .getAllByRole("treeitem")
      .find((row) => row.textContent?.includes("sku"))
      ?.focus();
    press("c");
    press("p");
    expect(writeText.mock.calls).toEqual([["INK"], ["5.data.lines[1].sku"]]);
  });

  it("copies from a row's button without toggling the row", () => {
    draw();
    const data = screen.getAllByRole("treeitem")[1];
    if (!data) throw new Error("no such row");
    fireEvent.click(within(data).getByLabelText("Copy value"));
    expect(writeText).toHaveBeenCalledWith(JSON.stringify(value.data, null, 2));
    expect(data.getAttribute("aria-expanded")).toBe("true");
  });

  it("starts what it is told to start closed", () => {
    draw({ closedKeys: ["headers"], openDepth: 3 });
    expect(names().some((name) => name?.includes("host"))).toBe(false);
  });
});
