import { HttpError } from "../http/responses.ts";

/** A module as the CLI sends it. */
export interface PushedModule {
  path: string;
  source: string;
  sourceMap?: string;
  environment: "isolate" | "node";
}

/** The body of `start_push` and `evaluate_schema`, as far as it is used. */
export interface StartPushRequest {
  adminKey: string;
  dryRun: boolean;
  functions: string;
  appDefinition: {
    definition: PushedModule | null;
    dependencies: string[];
    schema: PushedModule | null;
    changedModules: PushedModule[];
    unchangedModuleHashes: { path: string; environment: "isolate" | "node"; sha256: string }[];
    udfServerVersion: string;
  };
  componentDefinitions: PushedComponent[];
}

/** A component definition with its code; always sent as a whole. */
export interface PushedComponent {
  definitionPath: string;
  definition: PushedModule;
  dependencies: string[];
  schema: PushedModule | null;
  functions: PushedModule[];
}

/** @throws HttpError 400 for a body of another shape. */
export function parseStartPush(body: unknown): StartPushRequest {
  const request = body as Partial<StartPushRequest> | null;
  const app = request?.appDefinition;
  const isValid =
    typeof app === "object" &&
    app !== null &&
    Array.isArray(app.changedModules) &&
    app.changedModules.every(isModule) &&
    Array.isArray(app.unchangedModuleHashes) &&
    (app.schema === null || isModule(app.schema)) &&
    (request?.componentDefinitions ?? []).every(
      (component) => Array.isArray(component.functions) && isModule(component.definition),
    );
  if (!isValid)
    throw new HttpError(400, "BadPush", "This push has an unknown format. The convex CLI 1.48 is expected.");
  return {
    adminKey: "",
    dryRun: false,
    functions: "convex/",
    componentDefinitions: [],
    ...request,
    appDefinition: app,
  };
}

function isModule(value: unknown): value is PushedModule {
  const module = value as Partial<PushedModule> | null;
  return (
    typeof module === "object" &&
    module !== null &&
    typeof module.path === "string" &&
    typeof module.source === "string" &&
    (module.environment === "isolate" || module.environment === "node")
  );
}
