import { expect, it, vi } from "vitest";
import { createViewLink, type View } from "./viewLink.ts";

const view: View = { x: 1, y: 2, zoom: 0.5 };

it("moves the others, and never the one that was moved", () => {
  const link = createViewLink();
  const left = vi.fn<(view: View) => void>();
  // A canvas that follows tells that it was moved: that must not go round for ever.
  const right = vi.fn<(view: View) => void>((next) => link.tell(right, next));
  link.join(left);
  const leave = link.join(right);
  link.tell(left, view);
  expect(right).toHaveBeenCalledExactlyOnceWith(view);
  expect(left).not.toHaveBeenCalled();
  leave();
  link.tell(left, view);
  expect(right).toHaveBeenCalledOnce();
});

it("moves nobody while it is off", () => {
  const link = createViewLink();
  const right = vi.fn<(view: View) => void>();
  link.join(right);
  link.setLinked(false);
  link.tell(() => undefined, view);
  expect(right).not.toHaveBeenCalled();
});
