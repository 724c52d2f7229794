import { gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { concatBytes, utf8, type Bytes } from "../lib/bytes.ts";
import { isAllowedAddress } from "./addresses.ts";
import { parseBody } from "./body.ts";

const parse = (bytes: Bytes | string, contentType: string, contentEncoding = "", maxBytes = 10_000) => {
  const parsed = parseBody(typeof bytes === "string" ? utf8(bytes) : bytes, { contentType, contentEncoding, maxBytes });
  return parsed.kind === "ok" ? (JSON.parse(parsed.json) as unknown) : parsed;
};

const form = (...parts: string[]) => `${parts.map((part) => `--b\r\n${part}\r\n`).join("")}--b--\r\n`;

describe("a multipart form", () => {
  const type = "multipart/form-data; boundary=b";
  it("gives fields as text and files as base64 with name and type", () => {
    const text = form(
      'Content-Disposition: form-data; name="title"\r\n\r\nHello\r\nthere',
      'Content-Disposition: form-data; name="tag"\r\n\r\na',
      'Content-Disposition: form-data; name="tag"\r\n\r\n',
      'Content-Disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\nContent-Type: text/plain\r\n\r\nx--b y',
    );
    expect(parse(text, type)).toEqual({
      title: "Hello\r\nthere",
      tag: ["a", ""],
      file: {
        fileName: 'a "b".txt',
        encoding: "base64",
        contentType: "text/plain",
        sizeBytes: 6,
        data: btoa("x--b y"),
      },
    });
  });

  it("keeps every byte of a file", () => {
    const bytes = new Uint8Array([0, 13, 10, 45, 45, 255]);
    const head = utf8("--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n");
    const read = parse(concatBytes(head, bytes, utf8("\r\n--b--")), type) as { f: { data: string } };
    expect(atob(read.f.data)).toBe(String.fromCharCode(...bytes));
  });

  it.each([
    ["multipart/form-data", form("x"), "boundary"],
    [type, "no parts", "begin"],
    [type, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", "name"],
    [type, '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', "ends within"],
    [type, "--b\r\nno end", "header"],
  ])("that is broken is malformed: %s %j", (contentType, text, message) => {
    expect(parse(text, contentType)).toMatchObject({ kind: "malformed", message: expect.stringContaining(message) });
  });
});

describe("a body that is no text", () => {
  it("comes as base64 that says so", () => {
    const bytes = new Uint8Array([137, 80, 78, 71]);
    expect(parse(bytes, "image/png")).toEqual({
      encoding: "base64",
      contentType: "image/png",
      sizeBytes: 4,
      data: btoa(String.fromCharCode(...bytes)),
    });
  });

  it("is read in the charset it names", () => {
    expect(parse(new Uint8Array([0xe4]), "text/plain; charset=iso-8859-1")).toBe("ä");
    expect(parse("ä", "text/plain; charset=unheard-of")).toBe("ä");
  });
});

describe("a compressed body", () => {
  const json = JSON.stringify({ a: "x".repeat(500) });
  const deflate = async (format: CompressionFormat) => {
    const stream = new Blob([json]).stream().pipeThrough(new CompressionStream(format));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  it.each([
    ["gzip", "gzip"],
    ["deflate", "deflate"],
    ["deflate", "deflate-raw"],
  ] as const)("is unpacked: %s as %s", async (encoding, format) => {
    expect(parse(await deflate(format), "application/json", encoding)).toEqual(JSON.parse(json));
  });

  it("is refused where it is too large unpacked, broken, or packed otherwise", () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(50_000_000)));
    expect(parse(bomb, "text/plain", "gzip")).toMatchObject({ kind: "too_large" });
    expect(parse("not packed", "text/plain", "gzip")).toMatchObject({ kind: "malformed" });
    expect(parse("x", "text/plain", "br")).toMatchObject({ kind: "malformed", message: expect.stringContaining("br") });
  });
});

it.each([
  ["203.0.113.7", ["203.0.113.7"], true],
  ["203.0.113.7", ["203.0.113.0/24"], true],
  ["203.0.114.7", ["203.0.113.0/24"], false],
  ["::ffff:203.0.113.7", ["203.0.113.0/24"], true],
  ["2001:db8::5", ["2001:DB8::/32"], true],
  ["2001:db9::5", ["2001:db8::/32"], false],
  ["::1", ["0.0.0.0/0"], false],
  ["10.0.0.1", ["0.0.0.0/0"], true],
  [null, ["0.0.0.0/0"], false],
  ["1.2.3", ["0.0.0.0/0"], false],
  ["1:2:3:4:5:6:7:8", ["1:2:3:4:5:6:7:8"], true],
  ["1:2", ["::/0"], false],
])("address %s in %j: %s", (address, allowed, expected) => {
  expect(isAllowedAddress(address, allowed)).toBe(expected);
});
