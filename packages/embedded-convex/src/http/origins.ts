/**
 * Which web pages may talk to the client API. A deployment on loopback can be reached by every page that its operator's browser
 * shows, and what anybody may do there (create the first account, say) such a page may do too. Browsers name the page of every
 * request that could change something, and of every socket; other programs name none and are not asked.
 */
export class AllowedOrigins {
  readonly #origins: ReadonlySet<string> | null;

  /** Null allows all pages, as on Convex. @throws Error that names what is no origin. */
  constructor(origins: readonly string[] | null) {
    this.#origins = origins === null ? null : new Set(origins.map(canonicalOrigin));
  }

  /** `origin`: the header. That of a page without an origin of its own is "null", which is none of the list. */
  allows(origin: string | undefined): boolean {
    return origin === undefined || this.#origins === null || this.#origins.has(origin);
  }
}

function canonicalOrigin(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "")
    throw new Error(`${text} is not an origin such as https://app.example.org.`);
  return url.origin;
}
