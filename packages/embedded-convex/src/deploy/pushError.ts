/** A push that cannot be deployed; the message is shown by the CLI. */
export class PushError extends Error {
  override readonly name = "PushError";
}
