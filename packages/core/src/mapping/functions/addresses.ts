import { FormulaError } from "../formulaError.ts";
import { defineFunction } from "./define.ts";

/** Who is to answer at an address: a program that posts JSON, or a person who opens a page. */
export type AddressKind = "resume" | "approve";

/** The functions that give addresses, whose argument is the number of a Wait node further on. */
export const addressFunctions: ReadonlyMap<string, AddressKind> = new Map([
  ["resumeUrl", "resume"],
  ["approvalUrl", "approve"],
]);

/** Stands in previews and examples for what only a run can give. */
const sampleAddress = (kind: AddressKind, nodeId: number) => `https://patchbay.example/${kind}/token-of-node-${nodeId}`;

const node = {
  name: "node",
  type: "number",
  description: "The number of the Wait node, written out. It comes later in the scenario.",
} as const;

export const addressFunctionDefinitions = [
  defineFunction({
    name: "resumeUrl",
    category: "general",
    description:
      "The address at which a program answers a Wait node that comes later, by posting JSON to it. It is known before the run waits, and works once.",
    args: [node],
    returns: "text",
    examples: [{ formula: "resumeUrl(5)", result: "https://patchbay.example/resume/token-of-node-5" }],
    call: ([nodeId], evaluation) => addressOf("resumeUrl", nodeId, evaluation),
  }),
  defineFunction({
    name: "approvalUrl",
    category: "general",
    description:
      "The address of the page on which a person answers a Wait node that comes later. It is known before the run waits, and works once; no account is needed.",
    args: [node],
    returns: "text",
    examples: [{ formula: "approvalUrl(5)", result: "https://patchbay.example/approve/token-of-node-5" }],
    call: ([nodeId], evaluation) => addressOf("approvalUrl", nodeId, evaluation),
  }),
];

function addressOf(name: string, nodeId: number, { scope }: { scope: AddressScope }): string {
  const kind = addressFunctions.get(name)!;
  if (!scope.getAddress) return sampleAddress(kind, nodeId);
  const address = scope.getAddress(kind, nodeId);
  if (address !== undefined) return address;
  throw new FormulaError("formula_failed", `${name}: node ${nodeId} is not a Wait node.`);
}

interface AddressScope {
  getAddress?: ((kind: AddressKind, nodeId: number) => string | undefined) | undefined;
}
