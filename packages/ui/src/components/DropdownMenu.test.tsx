// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "./DropdownMenu.tsx";

afterEach(cleanup);

function Example({ onRename }: { onRename: () => void }) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <button type="button">More</button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={onRename}>Rename</MenuItem>
      </MenuContent>
    </Menu>
  );
}

const trigger = () => screen.getByRole("button", { name: "More" });

it("is a closed menu's button before its code is there", () => {
  render(<Example onRename={() => undefined} />);
  expect(trigger().getAttribute("aria-haspopup")).toBe("menu");
  expect(trigger().getAttribute("aria-expanded")).toBe("false");
  expect(screen.queryByRole("menu")).toBeNull();
});

it("opens with the first click, does what is chosen, and gives the focus back", async () => {
  const onRename = vi.fn();
  render(<Example onRename={onRename} />);
  fireEvent.click(trigger());
  const item = await screen.findByRole("menuitem", { name: "Rename" });
  expect(trigger().getAttribute("aria-expanded")).toBe("true");
  fireEvent.click(item);
  expect(onRename).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(document.activeElement).toBe(trigger()));
  expect(screen.queryByRole("menu")).toBeNull();
});

it("opens with the arrow key, and closes with Escape", async () => {
  render(<Example onRename={() => undefined} />);
  fireEvent.keyDown(trigger(), { key: "ArrowDown" });
  fireEvent.keyDown(await screen.findByRole("menu"), { key: "Escape" });
  await vi.waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
});
