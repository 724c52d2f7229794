/** How much is done at once. Convex's own limits: a document 1 MiB, a transaction 16 MiB and 1 s of CPU. */

/** Independent parts of the queue, each with its own executor at a time. */
export const SHARDS = 2;

/** An executor that says nothing for so long has died; its runs go on elsewhere. */
export const LEASE_MS = 15_000;
/** Leases of long requests are renewed this often. */
export const RENEW_MS = 5_000;
/** A shard counts as watched for so long after its executor last said so. */
export const WATCH_MS = 10_000;

/** Runs that one executor works on side by side. */
export const MAX_IN_FLIGHT = 320;
/**
 * An organization may hold this many times the places that are free: alone it gets 256 of the 320, two get 142 each, ten get 31
 * each. So there is always a place left for one that comes new, whatever the others hold (the rule of dynamic thresholds, which
 * switches share their buffers by).
 */
export const FAIR_SHARE = 4;
/**
 * Results that one tick applies, and runs that it claims, at most and at least: what comes new waits for a tick to end, so the
 * executor makes them smaller while they take longer than this.
 */
export const MAX_PER_TICK = 64;
export const MIN_PER_TICK = 16;
export const LONG_TICK_MS = 120;
/** Lanes that one tick looks into; the next tick goes on with the next ones. */
export const MAX_LANES_PER_TICK = 64;
/** Lanes that are refused one by one; when more are late, the shard refuses everybody. */
export const MAX_LATE_LANES = 64;
/** An executor renews its watch before half of it is over; one that is later than this may have died. */
export const STALLED_MS = 1_000;
/**
 * What its first tick claims at most; each further tick may claim twice as much. Claimed effects count as started, so
 * a crash makes every claimed write `unknown`: a cold executor should not hold more than it can soon perform.
 */
export const FIRST_CLAIM = 16;
/** An executor claims nothing more after this; the longest operation (300 s) then still fits into an action's 10 minutes. */
export const EXECUTOR_CLAIMS_MS = 4 * 60_000;

/** Pure nodes and edges that one transaction interprets for one run. */
export const STEPS_PER_RUN = 500;
/** The same for all runs of one tick. */
export const STEPS_PER_TICK = 10_000;
/** Characters of operations that one transaction writes for one run before it pauses. */
export const LOG_CHARACTERS_PER_RUN = 1_000_000;
/** Characters of states, payloads and results that one tick may handle. */
export const CHARACTERS_PER_TICK = 3_000_000;

/** Larger payloads go to file storage first, in bytes. */
export const INLINE_PAYLOAD_BYTES = 200_000;
/** Calls in each other: one scenario calls another, which calls another. */
export const MAX_CALL_DEPTH = 10;
/** Runs that one run may start by calls, those of the called ones included; a scenario's settings may say otherwise. */
export const DEFAULT_CALLED_RUNS = 1_000;
/** What a called run returned goes into the row of its call up to this many characters. */
export const INLINE_OUTPUT_CHARACTERS = 100_000;
/** An operation's input or output beyond this many characters is cut, with a mark. */
export const SHOWN_CHARACTERS = 100_000;
/** A log row is closed when it has more characters of operations than this. A character takes up to 3 bytes. */
export const LOG_ROW_CHARACTERS = 120_000;
/** Larger states are kept in rows of their own. */
export const INLINE_STATE_CHARACTERS = 80_000;
/** Characters in one row of a large state or payload. */
export const PART_CHARACTERS = 300_000;
/** A run that holds more than this at once fails. */
export const MAX_STATE_CHARACTERS = 4_000_000;

/** When the oldest run of an organization's lane has waited this long for an executor, new ones of it are refused. */
export const OVERLOAD_LAG_MS = 10_000;
/** For how long they are refused, and what `Retry-After` says. */
export const OVERLOAD_PAUSE_MS = 2_000;
