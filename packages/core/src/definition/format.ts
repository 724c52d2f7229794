/** Apart from the schema, so that what only needs an empty definition does not need a validation library. */
import type { Definition } from "./schema.ts";

/** The definition format this code writes. Older formats are migrated on read (`core/migration`). */
export const DEFINITION_FORMAT = 1;

export const emptyDefinition = (): Definition => ({ format: DEFINITION_FORMAT, nodes: [], edges: [] });
