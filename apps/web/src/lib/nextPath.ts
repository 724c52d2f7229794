/** The pages that signing in may lead to. An id is letters and digits, so nothing here can name another host. */
const allowed = [
  /^\/$/,
  /^\/runs$/,
  /^\/connections$/,
  /^\/settings$/,
  /^\/scenarios\/[a-z0-9]+$/i,
  /^\/scenarios\/[a-z0-9]+\/(history|runs)$/i,
  /^\/scenarios\/[a-z0-9]+\/runs\/[a-z0-9]+$/i,
];

/** The page to go to after signing in: the `next` parameter if it is one of ours, else the home page. */
export function allowedNextPath(next: string | null | undefined): string {
  return next && allowed.some((pattern) => pattern.test(next)) ? next : "/";
}

/** The sign-in page that comes back to `path` afterwards. */
export function signInPath(path: string): string {
  const next = allowedNextPath(path);
  return next === "/" ? "/signin" : `/signin?next=${encodeURIComponent(next)}`;
}
