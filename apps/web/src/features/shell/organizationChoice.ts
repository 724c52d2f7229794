/** The organization that a person looked at last, in this browser. */
const STORAGE_KEY = "patchbay-organization";

/** The remembered organization if one still belongs to it, else the first; undefined for who belongs to none. */
export function chooseOrganization<Organization extends { id: string }>(
  organizations: readonly Organization[],
  rememberedId: string | null,
): Organization | undefined {
  return organizations.find(({ id }) => id === rememberedId) ?? organizations[0];
}

/** Null where nothing is remembered, where the browser keeps nothing, and on the server. */
export function readRememberedOrganization(): string | null {
  try {
    return typeof window === "undefined" ? null : window.localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

export function rememberOrganization(id: string): void {
  try {
    window.localStorage.setItem(STORAGE_KEY, id);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is left.
  }
}
