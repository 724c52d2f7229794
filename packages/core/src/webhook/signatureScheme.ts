/** How services sign what they send: as data, so that checking and the editor's example come from one place. */
import type { JsonValue } from "../definition/schema.ts";

export interface SignatureScheme {
  algorithm: "sha256" | "sha1" | "sha512";
  encoding: "hex" | "base64";
  /** The header that carries the signature. */
  header: string;
  /** In front of the signature: `sha256=`. */
  prefix: string;
  /**
   * Where the time of sending stands: a header of its own, or the element `t` of a signature header of the form
   * `t=1700000000,v1=5257a8...` (where several `v1` may stand).
   */
  timestamp?: { kind: "header"; name: string } | { kind: "element" };
  /** What is signed: `{body}` is the raw body, `{timestamp}` the time as it was sent. */
  signedText: string;
  /** How far the time of sending may be from ours, in both directions. */
  toleranceMs: number;
}

/** A service's way to sign. `custom` takes all of it from the config. */
export const signaturePresets = ["generic", "github", "stripe", "shopify", "slack", "custom"] as const;
export type SignaturePreset = (typeof signaturePresets)[number];

const TOLERANCE_MS = 300_000;
const hex = { algorithm: "sha256", encoding: "hex", toleranceMs: TOLERANCE_MS } as const;

const presets: Record<Exclude<SignaturePreset, "custom">, SignatureScheme> = {
  generic: { ...hex, header: "X-Signature", prefix: "sha256=", signedText: "{body}" },
  github: { ...hex, header: "X-Hub-Signature-256", prefix: "sha256=", signedText: "{body}" },
  stripe: {
    ...hex,
    header: "Stripe-Signature",
    prefix: "v1=",
    timestamp: { kind: "element" },
    signedText: "{timestamp}.{body}",
  },
  shopify: { ...hex, encoding: "base64", header: "X-Shopify-Hmac-Sha256", prefix: "", signedText: "{body}" },
  slack: {
    ...hex,
    header: "X-Slack-Signature",
    prefix: "v0=",
    timestamp: { kind: "header", name: "X-Slack-Request-Timestamp" },
    signedText: "v0:{timestamp}:{body}",
  },
};

type Report = (field: string, message: string, fix: string) => undefined;

const headerName = /^[!#$%&'*+\-.^_`|~\w]{1,100}$/;
const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value.trim() : "");

/** Reads the scheme of a trigger's config; what is wrong is reported, and the rest is read on. */
export function readScheme(config: Record<string, JsonValue>, report: Report): SignatureScheme {
  const preset = textOf(config.signaturePreset) || "generic";
  const toleranceMs = readTolerance(config, report);
  if (preset !== "custom" && Object.hasOwn(presets, preset)) {
    return { ...presets[preset as keyof typeof presets], toleranceMs };
  }
  if (preset !== "custom") report("signaturePreset", "There is no such kind of signature.", "Choose one of the list.");
  return { ...readCustom(config, report), toleranceMs };
}

function readTolerance(config: Record<string, JsonValue>, report: Report): number {
  const seconds = Number(config.signatureTolerance ?? TOLERANCE_MS / 1_000);
  if (!(seconds >= 1 && seconds <= 3_600)) {
    report("signatureTolerance", "The tolerance must be from 1 to 3,600 seconds.", "Enter 300.");
  }
  return seconds * 1_000;
}

function readCustom(config: Record<string, JsonValue>, report: Report): Omit<SignatureScheme, "toleranceMs"> {
  const algorithm = textOf(config.signatureAlgorithm) || "sha256";
  const encoding = textOf(config.signatureEncoding) || "hex";
  if (algorithm !== "sha256" && algorithm !== "sha1" && algorithm !== "sha512") {
    report("signatureAlgorithm", "There is no such algorithm.", "Choose SHA-256, SHA-1 or SHA-512.");
  }
  if (encoding !== "hex" && encoding !== "base64") {
    report("signatureEncoding", "There is no such encoding.", "Choose hexadecimal or base64.");
  }
  const header = textOf(config.signatureHeader) || "X-Signature";
  if (!headerName.test(header)) report("signatureHeader", `"${header}" is not a header name.`, "Write X-Signature.");
  const timestampHeader = textOf(config.timestampHeader);
  if (timestampHeader !== "" && !headerName.test(timestampHeader)) {
    report("timestampHeader", `"${timestampHeader}" is not a header name.`, "Write X-Timestamp, or leave it empty.");
  }
  const signedText = textOf(config.signedText) || (timestampHeader === "" ? "{body}" : "{timestamp}.{body}");
  checkSignedText(signedText, timestampHeader !== "", report);
  return {
    algorithm: algorithm as SignatureScheme["algorithm"],
    encoding: encoding as SignatureScheme["encoding"],
    header,
    prefix: textOf(config.signaturePrefix),
    signedText,
    ...(timestampHeader !== "" && { timestamp: { kind: "header", name: timestampHeader } as const }),
  };
}

function checkSignedText(text: string, hasTimestamp: boolean, report: Report): void {
  if (text.split("{body}").length !== 2) {
    report("signedText", "The signed text must hold {body} once.", "Write {timestamp}.{body}, say.");
  } else if (text.includes("{timestamp}") !== hasTimestamp) {
    // A time that is not signed can be changed by who repeats an old request.
    const message = hasTimestamp ? "The signed text must hold {timestamp}." : "The signed text names a time.";
    const fix = hasTimestamp ? "Write {timestamp}.{body}." : "Name the header with the time as well.";
    report("signedText", message, fix);
  }
}
