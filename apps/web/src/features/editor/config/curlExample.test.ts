import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { curlExample } from "./curlExample.ts";

const url = "http://127.0.0.1:1/hooks/x";

/** What the script would send: `curl` stands for a function that prints its arguments. */
function run(config: Parameters<typeof curlExample>[1]): string[] {
  const script = `curl() { for a in "$@"; do echo "$a"; done; }\n${curlExample(url, config)}`;
  return execFileSync("bash", ["-c", script], { env: { ...process.env, SECRET: "s3cret" } })
    .toString()
    .split("\n");
}
const sign = (text: string, algorithm = "sha256") => createHmac(algorithm, "s3cret").update(text);
const body = '{"hello":"world"}';

describe("the example request", () => {
  it("is plain where nothing is checked, with a method that is allowed", () => {
    expect(run({ methods: ["PUT"] })).toEqual(
      expect.arrayContaining(["-X", "PUT", url, "Content-Type: application/json", body]),
    );
  });

  it("is signed as the settings want it", () => {
    expect(run({ authentication: "header", secretHeader: "X-Key" })).toContain("X-Key: s3cret");
    const github = { authentication: "signature", signaturePreset: "github" };
    expect(run(github)).toContain(`X-Hub-Signature-256: sha256=${sign(body).digest("hex")}`);
    const shopify = { authentication: "signature", signaturePreset: "shopify" };
    expect(run(shopify)).toContain(`X-Shopify-Hmac-Sha256: ${sign(body).digest("base64")}`);
  });

  it("carries the time it was signed with", () => {
    const stripe = run({ authentication: "signature", signaturePreset: "stripe" }).join("\n");
    const [, time = "", signature] = /Stripe-Signature: t=(\d+),v1=(\w+)/.exec(stripe) ?? [];
    expect(signature).toBe(sign(`${time}.${body}`).digest("hex"));
    const slack = run({ authentication: "signature", signaturePreset: "slack" });
    const at = slack.find((line) => line.startsWith("X-Slack-Request-Timestamp"))?.split(": ")[1] ?? "";
    expect(slack).toContain(`X-Slack-Signature: v0=${sign(`v0:${at}:${body}`).digest("hex")}`);
  });

  it("is not there while the settings cannot be read", () => {
    expect(curlExample(url, { authentication: "signature", signaturePreset: "none such" })).toBeNull();
  });
});
