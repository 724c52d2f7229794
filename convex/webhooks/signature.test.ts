import { readWebhookSettings, type JsonValue, type SignatureScheme } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { utf8 } from "../lib/bytes.ts";
import { checkSharedSecret, checkSignature, signatureHeaders } from "./signature.ts";

const NOW = 1_700_000_000_000;

function schemeOf(config: Record<string, JsonValue>): SignatureScheme {
  const read = readWebhookSettings({ authentication: "signature", ...config });
  if (!read.ok || read.settings.authentication.kind !== "signature") throw new Error(JSON.stringify(read));
  return read.settings.authentication.scheme;
}

const check = (
  scheme: SignatureScheme,
  request: { headers: Record<string, string>; body: string },
  secrets: string[],
  nowMs = NOW,
) => checkSignature({ headers: new Headers(request.headers), bytes: utf8(request.body) }, { scheme, secrets, nowMs });

describe("known signatures", () => {
  const rfc = { body: "what do ya want for nothing?", secret: "Jefe" };
  it.each([
    // RFC 2202, test case 2; RFC 4231, test case 2.
    ["sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
    ["sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    [
      "sha512",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ],
  ])("of the RFCs: %s", async (signatureAlgorithm, signature) => {
    const scheme = schemeOf({ signaturePreset: "custom", signatureAlgorithm });
    const headers = { "x-signature": signature };
    expect(await check(scheme, { headers, body: rfc.body }, [rfc.secret])).toBeNull();
    expect(await check(scheme, { headers, body: `${rfc.body} ` }, [rfc.secret])).toMatchObject({ reason: "signature" });
    const base64 = btoa(String.fromCharCode(...signature.match(/../g)!.map((pair) => Number.parseInt(pair, 16))));
    const encoded = { ...scheme, encoding: "base64" as const };
    expect(await check(encoded, { headers: { "x-signature": base64 }, body: rfc.body }, [rfc.secret])).toBeNull();
  });

  it("of GitHub's documentation", async () => {
    const headers = {
      "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    };
    const github = schemeOf({ signaturePreset: "github" });
    expect(await check(github, { headers, body: "Hello, World!" }, ["It's a Secret to Everybody"])).toBeNull();
  });
});

describe("every preset", () => {
  it.each(["generic", "github", "stripe", "shopify", "slack"])("%s", async (signaturePreset) => {
    const scheme = schemeOf({ signaturePreset });
    const body = '{"a":"ü"}';
    const headers = await signatureHeaders(scheme, { secret: "s3cret", body, nowMs: NOW });
    expect(await check(scheme, { headers, body }, ["s3cret"])).toBeNull();
    expect(await check(scheme, { headers, body }, ["old", "s3cret"])).toBeNull();
    expect(await check(scheme, { headers, body }, ["other"])).toMatchObject({ reason: "signature" });
    expect(await check(scheme, { headers, body: '{"a":"u"}' }, ["s3cret"])).toMatchObject({ reason: "signature" });
    expect(await check(scheme, { headers: {}, body }, ["s3cret"])).toMatchObject({ reason: "signature" });
    const cut = { ...headers, [scheme.header]: headers[scheme.header]!.slice(0, -2) };
    expect(await check(scheme, { headers: cut, body }, ["s3cret"])).toMatchObject({ reason: "signature" });
  });

  it.each(["stripe", "slack"])("%s holds only for some minutes, before and after", async (signaturePreset) => {
    const scheme = schemeOf({ signaturePreset, signatureTolerance: 60 });
    const headers = await signatureHeaders(scheme, { secret: "s", body: "{}", nowMs: NOW });
    const at = (nowMs: number) => check(scheme, { headers, body: "{}" }, ["s"], nowMs);
    expect(await at(NOW + 60_000)).toBeNull();
    expect(await at(NOW + 61_000)).toMatchObject({ reason: "timestamp", detail: expect.stringContaining("61 s ago") });
    expect(await at(NOW - 60_000)).toBeNull();
    expect(await at(NOW - 61_000)).toMatchObject({ reason: "timestamp", detail: expect.stringContaining("future") });
  });

  it("is not fooled by a time that was changed after signing", async () => {
    const scheme = schemeOf({ signaturePreset: "slack" });
    const headers = await signatureHeaders(scheme, { secret: "s", body: "{}", nowMs: NOW - 3_600_000 });
    const moved = { ...headers, "X-Slack-Request-Timestamp": String(NOW / 1_000) };
    expect(await check(scheme, { headers: moved, body: "{}" }, ["s"])).toMatchObject({ reason: "signature" });
    const { "X-Slack-Request-Timestamp": _time, ...without } = headers;
    expect(await check(scheme, { headers: without, body: "{}" }, ["s"])).toMatchObject({ reason: "timestamp" });
  });

  it("takes any of several signatures, as Stripe sends while a secret is rotated", async () => {
    const scheme = schemeOf({ signaturePreset: "stripe" });
    const own = await signatureHeaders(scheme, { secret: "new", body: "{}", nowMs: NOW });
    const other = await signatureHeaders(scheme, { secret: "old", body: "{}", nowMs: NOW });
    const header = `${other["Stripe-Signature"]},${own["Stripe-Signature"]!.split(",")[1]},v0=abc`;
    expect(await check(scheme, { headers: { "Stripe-Signature": header }, body: "{}" }, ["new"])).toBeNull();
  });
});

it("signs the body's bytes, whatever they are, with the text around them", async () => {
  const config = { signaturePreset: "custom", timestampHeader: "X-Time", signedText: "v1:{timestamp}:{body}:end" };
  const scheme = schemeOf(config);
  const headers = await signatureHeaders(scheme, { secret: "s", body: "$& {timestamp}", nowMs: NOW });
  expect(await check(scheme, { headers, body: "$& {timestamp}" }, ["s"])).toBeNull();
});

it("compares a shared secret, plain or as a bearer token", async () => {
  const options = { header: "X-Key", secrets: ["abc", "def"] };
  const given = (value?: string) =>
    checkSharedSecret(
      { headers: new Headers(value === undefined ? {} : { "x-key": value }), bytes: utf8("") },
      options,
    );
  expect(await given("abc")).toBeNull();
  expect(await given("Bearer def")).toBeNull();
  for (const wrong of ["ab", "abcd", "", undefined]) expect(await given(wrong)).toMatchObject({ reason: "secret" });
});

it.each([
  [{ signaturePreset: "custom", signedText: "{timestamp}" }, "signedText"],
  [{ signaturePreset: "custom", timestampHeader: "X-Time", signedText: "{body}" }, "signedText"],
  [{ signaturePreset: "custom", signatureHeader: "bad header" }, "signatureHeader"],
  [{ signaturePreset: "other" }, "signaturePreset"],
  [{ signatureTolerance: 0 }, "signatureTolerance"],
])("cannot be published with %o", (config, field) => {
  const read = readWebhookSettings({ authentication: "signature", ...config });
  expect(read.ok ? [] : read.faults.map((fault) => fault.field)).toContain(field);
});
