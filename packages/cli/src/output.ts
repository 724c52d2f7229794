/** A failure with a line for the user; what it is about is in `code`. */
export class CommandError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
    this.code = code;
  }
}

/** What a command has to say at its end. */
export interface CommandResult {
  /** For people; may have several lines. */
  text: string;
  /** For programs: the one JSON line, the last on standard output. */
  json: unknown;
  /** The work was done, but what it found is not as it should be. */
  failure?: { code: string; message: string };
}

export interface OutputOptions {
  json?: boolean;
}

/**
 * Runs a command and prints its result: text, or with `--json` one line of JSON. A failure is one line on standard error
 * (and `{ error }` with `--json`) and exit code 1.
 */
export async function runCommand(options: OutputOptions, work: () => Promise<CommandResult>): Promise<void> {
  try {
    const { text, json, failure } = await work();
    console.log(options.json ? JSON.stringify(failure ? { ...toObject(json), error: failure } : json) : text);
    if (!failure) return;
    console.error(failure.message);
    process.exitCode = 1;
  } catch (error) {
    printFailure(describe(error), options);
    process.exitCode = 1;
  }
}

/** One line on standard error; with `json` also `{ error }` on standard output; `quiet` leaves the former to the caller. */
export function printFailure(
  error: { code: string; message: string },
  options: OutputOptions & { quiet?: boolean },
): void {
  if (!options.quiet) console.error(error.message);
  if (options.json) console.log(JSON.stringify({ error }));
}

function describe(error: unknown): { code: string; message: string } {
  const code = error instanceof CommandError ? error.code : "failed";
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: message.split("\n")[0] || "The command failed." };
}

function toObject(json: unknown): object {
  return typeof json === "object" && json !== null ? json : { result: json };
}
