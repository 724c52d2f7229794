// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { firstStop, openerOf } from "./dialogFocus.ts";

const draw = (html: string) => {
  document.body.innerHTML = html;
  return document.body.firstElementChild as HTMLElement;
};

beforeEach(() => draw(""));

describe("firstStop", () => {
  const dialog = (body: string) =>
    draw(`<div><button id="close"></button><div data-dialog-body>${body}</div>
      <footer data-dialog-footer><button disabled></button><button id="cancel"></button></footer></div>`);

  it("prefers what asks for it", () => {
    expect(firstStop(dialog('<input id="a"><input id="b" data-autofocus>')).id).toBe("b");
  });

  it("takes the first field that can be used", () => {
    expect(
      firstStop(dialog('<input type="hidden"><input disabled><button role="combobox" id="kind"></button>')).id,
    ).toBe("kind");
  });

  it("falls back to the footer's first usable button, never to the cross", () => {
    expect(firstStop(dialog("<p>Sure?</p>")).id).toBe("cancel");
  });

  it("ends at the dialog itself", () => {
    const bare = draw('<div id="bare"></div>');
    expect(firstStop(bare)).toBe(bare);
  });
});

describe("openerOf", () => {
  it("is the button of the menu that an item was chosen from", () => {
    draw(
      '<div><button id="more"></button><div role="menu" aria-labelledby="more"><div id="item" tabindex="-1"></div></div></div>',
    );
    expect(openerOf(document.getElementById("item"))?.id).toBe("more");
  });

  it("is what had focus otherwise, and nothing when that was the page", () => {
    const button = draw("<button></button>");
    expect(openerOf(button)).toBe(button);
    expect(openerOf(document.body)).toBeNull();
    expect(openerOf(null)).toBeNull();
  });
});
