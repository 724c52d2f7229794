// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Select } from "./Select.tsx";

afterEach(cleanup);
beforeAll(() => {
  // jsdom lays nothing out and captures no pointer.
  Object.assign(Element.prototype, { scrollIntoView: () => undefined, hasPointerCapture: () => false });
});

function Example() {
  const [value, setValue] = useState<"a" | "b">();
  const options = [
    { value: "a" as const, label: "Apples" },
    { value: "b" as const, label: "Pears" },
  ];
  return (
    <>
      <label htmlFor="fruit">Fruit</label>
      <Select id="fruit" value={value} onValueChange={setValue} options={options} placeholder="Pick one" />
    </>
  );
}

const box = () => screen.getByRole("combobox", { name: "Fruit" });

it("shows what is chosen, opened or not", async () => {
  render(<Example />);
  expect(box().textContent).toBe("Pick one");
  fireEvent.keyDown(box(), { key: "ArrowDown" });
  fireEvent.click(await screen.findByRole("option", { name: "Pears" }));
  await screen.findByRole("combobox", { name: "Fruit" });
  expect(box().textContent).toBe("Pears");
});

it("is not opened by a click on its label", async () => {
  render(<Example />);
  fireEvent.click(screen.getByText("Fruit"));
  fireEvent.pointerDown(box());
  expect(screen.queryByRole("listbox")).toBeNull();
  fireEvent.click(box());
  expect(await screen.findAllByRole("option")).toHaveLength(2);
});
