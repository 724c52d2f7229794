import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FormulaPreview } from "./FormulaPreview.tsx";

const source = { id: 1, sample: { name: "Ada Lovelace" } };
vi.mock("./MappingContext.tsx", () => ({ useMappingScope: () => ({ sources: [source] }) }));

const shown = async (text: string) => {
  render(<FormulaPreview text={text} isInvalid={false} />);
  return (await screen.findByRole("status")).textContent;
};

describe("FormulaPreview", () => {
  afterEach(cleanup);

  it.each([
    ["{{upper(1.name)}}", "ADA LOVELACE"],
    ['{{replace(1.name; "/[aeiou]/g"; "_")}}', "Ad_ L_v_l_c_"],
    ["{{1 / 0}}", "Division by zero."],
    ["{{1.nme}}", 'Empty: 1 has no field "nme".'],
    ["{{2.x}}", "Run once to see a preview with real values."],
  ])("%s", async (text, expected) => expect(await shown(text)).toBe(expected));
});
