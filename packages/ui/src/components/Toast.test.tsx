// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ToastProvider, useToast, type ToastMessage } from "./Toast.tsx";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function Sender({ message }: { message: ToastMessage }) {
  const toast = useToast();
  return (
    <button type="button" onClick={() => toast(message)}>
      send
    </button>
  );
}

function send(message: ToastMessage) {
  render(
    <ToastProvider>
      <Sender message={message} />
    </ToastProvider>,
  );
  fireEvent.click(screen.getByText("send"));
}

const shown = () => screen.queryAllByRole("listitem").length;
const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

it("is told to screen readers, and goes by itself", () => {
  send({ title: "Saved", description: "Nothing is live yet." });
  expect(screen.getByRole("status").textContent).toBe("Saved. Nothing is live yet.");
  wait(4_900);
  expect(shown()).toBe(1);
  wait(200);
  expect(shown()).toBe(0);
});

it("interrupts for what failed, and stays longer", () => {
  send({ title: "Could not save", tone: "bad" });
  expect(screen.getByRole("alert").textContent).toBe("Could not save");
  expect(screen.getByRole("status").textContent).toBe("");
  wait(9_900);
  expect(shown()).toBe(1);
});

it("stays while the pointer or the focus is on it", () => {
  send({ title: "Saved" });
  fireEvent.pointerEnter(screen.getByRole("list"));
  wait(60_000);
  expect(shown()).toBe(1);
  fireEvent.pointerLeave(screen.getByRole("list"));
  wait(5_100);
  expect(shown()).toBe(0);
});

it("goes when its action is taken or it is dismissed", () => {
  const onAction = vi.fn();
  send({ title: "Archived", action: { label: "Undo", onAction } });
  fireEvent.click(screen.getByText("Undo"));
  expect(onAction).toHaveBeenCalledOnce();
  expect(shown()).toBe(0);
  fireEvent.click(screen.getByText("send"));
  fireEvent.keyDown(screen.getByRole("button", { name: "Dismiss" }), { key: "Escape" });
  expect(shown()).toBe(0);
});

it("shows four at most, the newest last", () => {
  send({ title: "Saved" });
  for (let count = 0; count < 6; count++) fireEvent.click(screen.getByText("send"));
  expect(shown()).toBe(4);
});
