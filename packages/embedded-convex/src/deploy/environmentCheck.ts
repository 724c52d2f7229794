import type { ValidatorJson } from "../values/json.ts";
import { validateValue } from "../values/validator.ts";
import { type ComponentManifest, componentEnvironments, type Manifest } from "./manifest.ts";
import { PushError } from "./pushError.ts";

/**
 * Checks the environment variables that `convex.config.ts` of the app and of its components declares.
 *
 * @param root the variables of the app.
 * @throws PushError naming all that are missing, in the words that the CLI looks for, or the first one with a wrong value.
 */
export function checkEnvironments(manifest: Manifest, root: Record<string, string>): void {
  const environments = componentEnvironments(manifest, root);
  const missing = new Set<string>();
  for (const component of manifest.components) {
    const env = environments.get(component.path) ?? {};
    for (const [name, { value, optional }] of manifest.metadata[component.definitionPath]?.envVars ?? []) {
      const text = Object.hasOwn(env, name) ? env[name] : undefined;
      if (text === undefined) {
        if (optional !== true) missing.add(variableToSet(component, name));
        continue;
      }
      const problem = validateValue(JSON.parse(value) as ValidatorJson, text, () => undefined);
      if (problem !== null) throw new PushError(`Environment variable ${name}${inside(component)}: ${problem}`);
    }
  }
  if (missing.size > 0) {
    throw new PushError(
      `Environment variables that are declared as required are not set: ${[...missing].join(", ")}. Set them with \`npx convex env set\`.`,
    );
  }
}

/** What the operator has to set: the variable of the parent that is bound, if one is. */
function variableToSet(component: ComponentManifest, name: string): string {
  if (component.path === "") return name;
  const binding = component.env.find(([bound]) => bound === name)?.[1];
  if (binding?.type === "envVar") return binding.name;
  throw new PushError(`Component ${component.path} needs the environment variable ${name}: bind it where it is used.`);
}

function inside({ path }: ComponentManifest): string {
  return path === "" ? "" : ` of component ${path}`;
}
