import type { CallableScenario, Definition } from "@patchbay/core";
import { ToastProvider, TooltipProvider } from "@patchbay/ui";
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { createMemoryBackend } from "../backend/memoryBackend.ts";
import type { MemoryBackend } from "../backend/memoryBackend.ts";
import { EditorLoader } from "../ScenarioEditor.tsx";

// The settings are fetched on demand, which takes its time on a busy machine.
configure({ asyncUtilTimeout: 8_000 });
vi.mock("next/link", () => ({
  default: ({ href, children, ...rest }: { href: string; children: ReactNode }) => (
    <a href={href} {...rest}>
      {children}
    </a>
  ),
}));
vi.mock("@convex/api", () => ({ api: {} }));

const callable = (more: Partial<CallableScenario>): CallableScenario => ({
  ...{ id: "s1", name: "Price with tax", status: "ready", outputs: ["gross"] },
  inputs: [{ name: "price", type: "number", required: true, description: "Without tax." }],
  ...more,
});
const calling = (config: Definition["nodes"][number]["config"]): Definition => ({
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } },
    { id: 2, type: "scenario.call", typeVersion: 1, config, position: { x: 180, y: 0 } },
  ],
  edges: [{ from: 1, to: 2, kind: "next" }],
});

beforeAll(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal(
    "DOMMatrixReadOnly",
    class {
      m22 = 1;
    },
  );
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.hasPointerCapture = () => false;
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
});
afterEach(cleanup);

async function openSettings(definition: Definition, callables: CallableScenario[]) {
  const backend = createMemoryBackend(definition, { callables });
  render(
    <TooltipProvider>
      <ToastProvider>
        <EditorLoader backend={backend} />
      </ToastProvider>
    </TooltipProvider>,
  );
  await screen.findByRole("button", { name: /^Publish/ });
  const disc = await screen.findByRole("group", { name: /^2: Call a scenario/ });
  disc.focus();
  fireEvent.keyDown(disc, { key: "Enter" });
  return { backend, settings: await screen.findByRole("dialog", { name: /^Settings of node 2/ }) };
}

const configOf = (backend: MemoryBackend) =>
  (JSON.parse(backend.state.getState().draft.definition) as Definition).nodes[1]?.config;

it("chooses a scenario by searching, and shows its inputs", async () => {
  const others = [callable({}), callable({ id: "s2", name: "Send a letter", inputs: [] })];
  const { backend, settings } = await openSettings(calling({}), others);
  expect(within(settings).getByText("Choose a scenario: its inputs appear here.")).toBeTruthy();
  fireEvent.click(within(settings).getByRole("button", { name: "Scenario: Choose a scenario" }));
  fireEvent.change(await screen.findByRole("searchbox", { name: "Search scenarios" }), { target: { value: "tax" } });
  await waitFor(() => expect(screen.queryByRole("button", { name: "Send a letter" })).toBeNull());
  act(() => screen.getByRole("button", { name: "Price with tax" }).click());
  expect(await within(settings).findByText("Without tax.")).toBeTruthy();
  await waitFor(() => expect(configOf(backend)).toEqual({ scenarioId: "s1" }));
  expect(
    within(settings)
      .getByRole("link", { name: /Open “Price with tax”/ })
      .getAttribute("href"),
  ).toBe("/scenarios/s1");
});

it("says which input is missing, and offers to remove what is no input any more", async () => {
  const { backend, settings } = await openSettings(calling({ scenarioId: "s1", inputs: { cost: 1 } }), [callable({})]);
  expect((await screen.findAllByText(/The input "price" is required/)).length).toBeGreaterThan(0);
  act(() => within(settings).getByRole("button", { name: "Remove the value of cost" }).click());
  await waitFor(() => expect(configOf(backend)).toEqual({ scenarioId: "s1" }));
}, 30_000);
