import { readWebhookSettings, type JsonValue, type SignatureScheme } from "@patchbay/core";

const BODY = '{"hello":"world"}';

/**
 * A request to the webhook as a shell script, signed as its settings want it. The secret is read from `$SECRET`: it is not known
 * here. Null while the settings cannot be read.
 */
export function curlExample(url: string, config: Record<string, JsonValue>): string | null {
  const read = readWebhookSettings(config);
  if (!read.ok) return null;
  const { authentication, methods } = read.settings;
  const lines = [`BODY='${BODY}'`];
  const headers = ['-H "Content-Type: application/json"'];
  if (authentication.kind === "header") headers.push(`-H "${authentication.header}: $SECRET"`);
  if (authentication.kind === "signature") {
    const { scheme } = authentication;
    if (scheme.timestamp) lines.push("TIME=$(date +%s)");
    lines.push(`SIGNATURE=$(${signingCommand(scheme)})`);
    headers.push(...signatureHeaders(scheme));
  }
  const method = methods === undefined || methods.includes("POST") ? "POST" : (methods[0] ?? "POST");
  const arguments_ = [`curl -X ${method} "${url}"`, ...headers, `--data-raw "$BODY"`];
  return [...lines, arguments_.join(" \\\n  ")].join("\n");
}

function signingCommand(scheme: SignatureScheme): string {
  const text = scheme.signedText.replace("{timestamp}", "$TIME").replace("{body}", "$BODY");
  const digest = `printf '%s' "${text}" | openssl dgst -${scheme.algorithm} -hmac "$SECRET"`;
  return scheme.encoding === "hex" ? `${digest} -r | cut -d' ' -f1` : `${digest} -binary | base64 | tr -d '\\n'`;
}

function signatureHeaders({ header, prefix, timestamp }: SignatureScheme): string[] {
  if (timestamp?.kind === "element") return [`-H "${header}: t=$TIME,${prefix}$SIGNATURE"`];
  const own = `-H "${header}: ${prefix}$SIGNATURE"`;
  return timestamp ? [own, `-H "${timestamp.name}: $TIME"`] : [own];
}
