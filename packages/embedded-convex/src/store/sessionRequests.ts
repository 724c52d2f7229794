import type { SqliteDatabase, Statement } from "./sqlite.ts";

/** A client resends only what it has in flight; far fewer than this. */
const KEPT_PER_SESSION = 1000;
/** Older ones are forgotten this many at a time. */
const FORGET_AT_ONCE = 100;
const SESSION_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** The answer of a mutation that was committed before. */
export interface RecordedAnswer {
  ts: bigint;
  /** Convex JSON text. */
  value: string;
}

/**
 * Remembers which mutation of which WebSocket session was applied, in the transaction that applied it. A client that reconnects
 * sends its mutations again, also finished ones.
 */
export class SessionRequests {
  readonly #now: () => number;
  readonly #find: Statement;
  readonly #add: Statement;
  readonly #removeUpTo: Statement;
  readonly #nextSession: Statement;
  readonly #lastUse: Statement;
  readonly #removeSession: Statement;
  /** Up to which request the answers of a session are gone; not known for sessions of an earlier process. */
  readonly #forgotten = new Map<string, number>();

  constructor(database: SqliteDatabase, now: () => number) {
    this.#now = now;
    this.#find = database.prepare("SELECT ts, result FROM requests WHERE session = ? AND request = ?");
    this.#add = database.prepare("INSERT INTO requests(session, request, ts, result, at) VALUES(?, ?, ?, ?, ?)");
    this.#removeUpTo = database.prepare("DELETE FROM requests WHERE session = ? AND request <= ?");
    this.#nextSession = database.prepare("SELECT session FROM requests WHERE session > ? ORDER BY session LIMIT 1");
    this.#lastUse = database.prepare("SELECT at FROM requests WHERE session = ? ORDER BY request DESC LIMIT 1");
    this.#removeSession = database.prepare("DELETE FROM requests WHERE session = ?");
  }

  find(session: string, request: number): RecordedAnswer | null {
    const row = this.#find.get<[string, string]>(session, request);
    return row === undefined ? null : { ts: BigInt(row[0]), value: row[1] };
  }

  add(session: string, request: number, answer: RecordedAnswer): void {
    this.#add.run(session, request, String(answer.ts), answer.value, this.#now());
    const last = request - KEPT_PER_SESSION;
    if (last < (this.#forgotten.get(session) ?? 0) + FORGET_AT_ONCE) return;
    this.#removeUpTo.run(session, last);
    this.#forgotten.set(session, last);
  }

  /** Forgets sessions that sent nothing for a day. Touches each session once, not each request. Returns how many went. */
  prune(): number {
    const oldest = this.#now() - SESSION_LIFETIME_MS;
    let removed = 0;
    for (let session = this.#next(""); session !== null; session = this.#next(session)) {
      if ((this.#lastUse.get<[number]>(session)?.[0] ?? 0) >= oldest) continue;
      this.#removeSession.run(session);
      this.#forgotten.delete(session);
      removed++;
    }
    return removed;
  }

  #next(after: string): string | null {
    return this.#nextSession.get<[string]>(after)?.[0] ?? null;
  }
}
