import { defineIntegration } from "@patchbay/sdk";
import { aggregate } from "./aggregate.ts";
import { aggregateNumbers } from "./aggregateNumbers.ts";
import { aggregateTable } from "./aggregateTable.ts";
import { aggregateText } from "./aggregateText.ts";
import { delay } from "./delay.ts";
import { iterate } from "./iterate.ts";
import { repeat } from "./repeat.ts";
import { setVariables } from "./setVariables.ts";
import { sleepUntil } from "./sleepUntil.ts";
import { stop } from "./stop.ts";
import { wait } from "./wait.ts";

export const integration = defineIntegration({
  name: "tools",
  version: "1.0.0",
  label: "Tools",
  description: "Variables, pauses, lists: what most scenarios need between two apps.",
  color: "#3b4246",
  icon: "variable",
  category: "flow",
  actions: [
    setVariables,
    iterate,
    repeat,
    aggregate,
    aggregateText,
    aggregateNumbers,
    aggregateTable,
    delay,
    sleepUntil,
    wait,
    stop,
  ],
});
