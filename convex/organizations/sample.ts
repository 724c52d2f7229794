import type { Definition } from "@patchbay/core";

const at = (x: number, y: number) => ({ x, y });

/**
 * What a new organization starts with: takes any JSON and needs nothing outside. A webhook, variables, and a router
 * whose first route takes what carries a name and whose fallback takes the rest.
 */
const definition: Definition = {
  format: 1,
  nodes: [
    { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: at(80, 200) },
    {
      id: 2,
      type: "tools.setVariables",
      typeVersion: 1,
      name: "Read the request",
      config: {
        variables: [
          { name: "visitor", value: '{{ifempty(1.body.name; "stranger")}}' },
          { name: "receivedAt", value: "{{1.receivedAt}}" },
        ],
      },
      position: at(360, 200),
    },
    { id: 3, type: "router.route", typeVersion: 1, name: "Is there a name?", config: {}, position: at(640, 200) },
    {
      id: 4,
      type: "tools.setVariables",
      typeVersion: 1,
      name: "Greet by name",
      config: { variables: [{ name: "greeting", value: "Hello {{2.visitor}}, nice to meet you!" }] },
      position: at(920, 100),
    },
    {
      id: 5,
      type: "tools.setVariables",
      typeVersion: 1,
      name: "Greet anybody",
      config: { variables: [{ name: "greeting", value: "Hello {{2.visitor}}, what is your name?" }] },
      position: at(920, 300),
    },
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next" },
    {
      from: 3,
      to: 4,
      kind: "next",
      order: 0,
      filter: { label: "With a name", conditions: [[{ left: "{{1.body.name}}", operator: "exists" }]] },
    },
    { from: 3, to: 5, kind: "next", order: 1, fallback: true },
  ],
  notes: [
    {
      id: "welcome",
      text: 'Send any JSON to the webhook, for example { "name": "Ada" }, and watch the run arrive.',
      position: at(80, 20),
      size: { width: 320, height: 90 },
    },
  ],
};

export const sampleScenario = {
  name: "Hello, webhook",
  description: "A sample: greets whoever the webhook is told about. Change it, or draw your own.",
  definition,
};
