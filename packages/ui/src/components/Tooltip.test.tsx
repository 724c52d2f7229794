// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Tooltip } from "./Tooltip.tsx";

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <Tooltip label="20 Nov 2026">
      <button type="button">yesterday</button>
    </Tooltip>,
  );
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const button = () => screen.getByRole("button");
const tooltip = () => screen.queryByRole("tooltip");
const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

it("comes after a moment, describes the element, and goes with the pointer", () => {
  fireEvent.pointerEnter(button(), { pointerType: "mouse" });
  expect(tooltip()).toBeNull();
  wait(500);
  expect(tooltip()?.textContent).toBe("20 Nov 2026");
  expect(button().getAttribute("aria-describedby")).toBe(tooltip()?.id);
  fireEvent.pointerLeave(button());
  wait(200);
  expect(tooltip()).toBeNull();
  expect(button().hasAttribute("aria-describedby")).toBe(false);
});

it("stays while the pointer is on it, and goes with Escape", () => {
  fireEvent.pointerEnter(button(), { pointerType: "mouse" });
  wait(500);
  fireEvent.pointerLeave(button());
  fireEvent.pointerEnter(screen.getByRole("tooltip"));
  wait(5_000);
  expect(tooltip()).not.toBeNull();
  fireEvent.keyDown(document, { key: "Escape" });
  expect(tooltip()).toBeNull();
});

it("does not come for a finger, nor after a press", () => {
  fireEvent.pointerEnter(button(), { pointerType: "touch" });
  wait(1_000);
  expect(tooltip()).toBeNull();
  fireEvent.pointerEnter(button(), { pointerType: "mouse" });
  fireEvent.pointerDown(button());
  wait(1_000);
  expect(tooltip()).toBeNull();
});
