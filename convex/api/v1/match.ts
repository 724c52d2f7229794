import type { Operation } from "./operation.ts";
import { operations } from "./table.ts";

export const API_PREFIX = "/api/v1";

export type Match =
  | { kind: "found"; operation: Operation; params: Record<string, string> }
  | { kind: "method_not_allowed"; allowed: string[] }
  | { kind: "not_found" };

/** Finds the operation for a method and a path below the API's prefix. HEAD is answered like GET. */
export function matchOperation(method: string, pathname: string): Match {
  const wanted = method === "HEAD" ? "GET" : method;
  const allowed: string[] = [];
  for (const operation of operations) {
    const params = matchPath(operation.path, pathname.slice(API_PREFIX.length));
    if (params === null) continue;
    if (operation.method === wanted) return { kind: "found", operation, params };
    allowed.push(operation.method);
  }
  return allowed.length > 0 ? { kind: "method_not_allowed", allowed } : { kind: "not_found" };
}

/** The parameters of a path that fits the pattern, else null. */
function matchPath(pattern: string, path: string): Record<string, string> | null {
  const expected = pattern.split("/");
  const actual = path.split("/");
  if (expected.length !== actual.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const given = actual[index] ?? "";
    if (part.startsWith("{")) {
      const value = decode(given);
      if (!value) return null;
      params[part.slice(1, -1)] = value;
    } else if (part !== given) {
      return null;
    }
  }
  return params;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
