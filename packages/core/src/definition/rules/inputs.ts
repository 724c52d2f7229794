import { checkConfig, hasFormula } from "../checkConfig.ts";
import type { Issue } from "../issue.ts";
import type { DefinitionNode, JsonValue } from "../schema.ts";
import { nameOf, type Rule } from "./context.ts";

/** Required inputs without a value, and literal values of a wrong type or outside of the choices. */
export const checkInputs: Rule = ({ definition, kinds }) =>
  definition.nodes.flatMap((node): Issue[] => {
    const kind = kinds.get(node.id);
    if (!kind) return [];
    return checkConfig(kind.node.input, node.config).map(({ code, path, message, fix }) => ({
      code,
      severity: code === "unknown_field" ? "warning" : "error",
      message,
      fix,
      nodeId: node.id,
      field: path,
    }));
  });

/** A connection where one is needed, of a type that the node takes. Whether it exists is checked where it is known. */
export const checkConnections: Rule = (context) =>
  context.definition.nodes.flatMap((node): Issue[] => {
    const found = context.kinds.get(node.id);
    if (!found) return [];
    const kind = found.node;
    const name = nameOf(context, node.id);
    const accepted = (kind.connectionTypes ?? []).map((type) => `${found.manifest.name}.${type}`);
    const place = { nodeId: node.id };
    if (node.connectionId === undefined) {
      if (!kind.connectionRequired) return [];
      const message = `${name} needs a connection.`;
      return [{ ...place, code: "connection_missing", severity: "error", message, fix: "Choose or create one." }];
    }
    if (accepted.length === 0) {
      const message = `${name} does not use its connection.`;
      return [{ ...place, code: "connection_unused", severity: "warning", message, fix: "Remove the connection." }];
    }
    if (!context.connections) return [];
    const connection = context.connections.get(node.connectionId);
    if (!connection) {
      const message = `The connection of ${name} does not exist any more.`;
      return [{ ...place, code: "connection_unknown", severity: "error", message, fix: "Choose another one." }];
    }
    if (accepted.includes(connection.type)) return [];
    const message = `${name} cannot use a connection of the type ${connection.type}.`;
    const fix = `Choose one of the type ${accepted.join(" or ")}.`;
    return [{ ...place, code: "connection_type", severity: "error", message, fix }];
  });

const secretHeader =
  /^(authorization|proxy-authorization|cookie|(x-)?(api|auth|access)[-_]?(key|token)|x-.*-(token|secret|key))$/i;
const schemeAlone = /^(bearer|basic|token)?\s*$/i;

/** A credential typed into a header is stored and shown like any other text: it belongs in a connection. */
export const checkRawSecrets: Rule = ({ definition }) =>
  definition.nodes.flatMap((node) =>
    findHeaderLists(node).flatMap(({ field, items }) =>
      items.flatMap((item, index): Issue[] => {
        if (!isRawSecret(item)) return [];
        return [
          {
            code: "raw_secret",
            severity: "warning",
            message: "This header looks like a credential. Whoever can see the scenario or its runs can read it.",
            fix: "Keep it in a connection.",
            nodeId: node.id,
            field: [...field, index, "value"],
          },
        ];
      }),
    ),
  );

function findHeaderLists(node: DefinitionNode): { field: string[]; items: JsonValue[] }[] {
  return Object.entries(node.config).flatMap(([field, items]) =>
    Array.isArray(items) && field.toLowerCase().includes("headers") ? [{ field: [field], items }] : [],
  );
}

function isRawSecret(item: JsonValue): boolean {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return false;
  const { name, value } = item;
  if (typeof name !== "string" || typeof value !== "string") return false;
  if (!secretHeader.test(name.trim()) || /idempotency/i.test(name)) return false;
  return !hasFormula(value) && !schemeAlone.test(value);
}
