/** Who a connection or a request speaks for. */
export interface Caller {
  /** The user's identity as JSON text, or null. */
  identity: string | null;
  admin: boolean;
  /** The token of a user that has proved the identity. */
  authToken: string | null;
  /** When the token ends, ms since 1970, or null. */
  expiresAtMs: number | null;
}

export const NOBODY: Caller = { identity: null, admin: false, authToken: null, expiresAtMs: null };
