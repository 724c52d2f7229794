// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { ROW_LINK, useRowKeys } from "./useRowKeys.ts";

afterEach(cleanup);

function List() {
  const keys = useRowKeys<HTMLUListElement>();
  return (
    <div onKeyDown={keys.onKeyDown}>
      <button type="button" onClick={keys.focusFirst}>
        into the list
      </button>
      <ul ref={keys.list}>
        {["one", "two", "three"].map((name) => (
          <li key={name}>
            <a href={`#${name}`} {...{ [ROW_LINK]: "" }}>
              {name}
            </a>
            <button type="button">more</button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const focused = () => document.activeElement?.textContent;

it("moves between the rows' links and stops at the ends", () => {
  render(<List />);
  fireEvent.click(screen.getByText("into the list"));
  expect(focused()).toBe("one");
  press("ArrowUp");
  expect(focused()).toBe("one");
  press("ArrowDown");
  expect(focused()).toBe("two");
  press("End");
  press("ArrowDown");
  expect(focused()).toBe("three");
  press("Home");
  expect(focused()).toBe("one");
});

it("leaves the keys alone elsewhere in a row", () => {
  render(<List />);
  screen.getAllByText("more")[0]?.focus();
  press("ArrowDown");
  expect(focused()).toBe("more");
});
