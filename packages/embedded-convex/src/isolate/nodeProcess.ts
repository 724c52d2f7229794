/** What must not end, move or replace the deployment that functions share. */
const REFUSED = [
  "exit",
  "reallyExit",
  "abort",
  "kill",
  "chdir",
  "execve",
  "setuid",
  "setgid",
  "seteuid",
  "setegid",
] as const;

/**
 * The `process` of `"use node"` functions, also as the module `node:process`: Node's own, but with the deployment's variables, and
 * without what would reach beyond the function.
 */
export function createNodeProcess(env: Record<string, string>): NodeJS.Process {
  const refused = REFUSED.map((name): [string, PropertyDescriptor] => [
    name,
    {
      value: () => {
        throw new Error(`process.${name}() is not available in Convex functions.`);
      },
    },
  ]);
  return Object.create(process, {
    ...Object.fromEntries(refused),
    env: { value: env, enumerable: true },
    argv: { value: ["node"], enumerable: true },
    execArgv: { value: [], enumerable: true },
    cwd: { value: () => "/" },
  }) as NodeJS.Process;
}
