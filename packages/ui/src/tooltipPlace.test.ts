import { describe, expect, it } from "vitest";
import { placeTooltip } from "./tooltipPlace.ts";

const view = { width: 1000, height: 600 };
const size = { width: 100, height: 24 };
const box = (left: number, top: number) => ({ left, top, right: left + 40, bottom: top + 20 });

describe("placeTooltip", () => {
  it("sits beside the element's middle on the side that is asked for", () => {
    const anchor = box(400, 300);
    expect(placeTooltip({ anchor, size, view, side: "bottom" })).toEqual({ left: 370, top: 326 });
    expect(placeTooltip({ anchor, size, view, side: "top" })).toEqual({ left: 370, top: 270 });
    expect(placeTooltip({ anchor, size, view, side: "right" })).toEqual({ left: 446, top: 298 });
    expect(placeTooltip({ anchor, size, view, side: "left" })).toEqual({ left: 294, top: 298 });
  });

  it("goes to the other side where there is no room", () => {
    expect(placeTooltip({ anchor: box(400, 575), size, view, side: "bottom" }).top).toBe(545);
    expect(placeTooltip({ anchor: box(400, 5), size, view, side: "top" }).top).toBe(31);
    expect(placeTooltip({ anchor: box(5, 300), size, view, side: "left" }).left).toBe(51);
  });

  it("stays inside the window", () => {
    expect(placeTooltip({ anchor: box(0, 300), size, view, side: "bottom" }).left).toBe(8);
    expect(placeTooltip({ anchor: box(980, 300), size, view, side: "bottom" }).left).toBe(892);
  });
});
