import type { Codebase, FunctionAddress, FunctionInfo } from "./codebase.ts";

/** Finds a function that is to be scheduled. @throws in the backend's words, which tell a missing module from a missing function. */
export function scheduleTarget(codebase: Codebase, component: string, address: FunctionAddress): FunctionInfo {
  if (address.name === undefined) return codebase.resolve(component, address);
  const [module = "", name = "default"] = address.name.replace(/\.js(?=:|$)/, "").split(":");
  const functions = codebase.functions(component);
  if (functions.some(({ path }) => path === `${module}:${name}`)) return codebase.resolve(component, address);
  if (!functions.some(({ path }) => path.startsWith(`${module}:`)))
    throw new Error(`Attempted to schedule function at nonexistent path: ${module}`);
  throw new Error(
    `Attempted to schedule function, but no exported function ${name} found in the file: ${module}.js. Did you forget to export it?`,
  );
}
