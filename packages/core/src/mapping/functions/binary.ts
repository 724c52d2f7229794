import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import {
  bytesOf,
  decodeUtf8,
  encodingNames,
  isBinary,
  readBytes,
  requireEncoding,
  toBinary,
  writeBytes,
} from "./bytes.ts";
import { defineFunction, type FunctionDefinition, type FunctionExample } from "./define.ts";
import { toText } from "../values.ts";

type Hash = typeof sha256 | typeof sha512 | typeof md5;

const dataArg = {
  name: "data",
  type: "any",
  description: "A text, or binary data such as a file that was fetched.",
} as const;

/** A digest; with a key its HMAC. */
function defineHash(name: string, label: string, hash: Hash, examples: FunctionExample[]): FunctionDefinition {
  return defineFunction({
    name,
    category: "text",
    description: `The ${label} digest of a text or of binary data; with a key, its HMAC.`,
    args: [
      dataArg,
      {
        name: "outputEncoding",
        type: "text",
        description: '"hex", "base64", "base64url" or "latin1"; "hex" when left out.',
        choices: encodingNames,
        optional: true,
      },
      { name: "key", type: "any", description: "The secret key: then the result is an HMAC.", optional: true },
      {
        name: "keyEncoding",
        type: "text",
        description: 'How the key is written: "utf8", "hex", "base64" or "latin1"; "utf8" when left out.',
        choices: encodingNames,
        optional: true,
      },
    ],
    returns: "text",
    examples,
    call: ([data, outputEncoding, key, keyEncoding], evaluation) => {
      const output = requireEncoding(outputEncoding || "hex");
      const bytes = bytesOf(data, evaluation);
      if (key === undefined || key === null) return writeBytes(hash(bytes), output);
      const secret = isBinary(key)
        ? bytesOf(key, evaluation)
        : readBytes(toText(key), requireEncoding(keyEncoding || "utf8"));
      evaluation.spendSteps(secret.length >> 6);
      return writeBytes(hmac(hash, secret, bytes), output);
    },
  });
}

export const binaryFunctions = [
  defineHash("md5", "MD5", md5, [{ formula: 'md5("hello")', result: "5d41402abc4b2a76b9719d911017c592" }]),
  defineHash("sha1", "SHA-1", sha1, [
    { formula: 'sha1("hello")', result: "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d" },
    { formula: 'sha1("hello"; "base64")', result: "qvTGHdzF6KLavt4PO0gs2a6pQ00=" },
  ]),
  defineHash("sha256", "SHA-256", sha256, [
    { formula: 'sha256("hello")', result: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" },
    {
      formula: 'sha256("what do ya want for nothing?"; "hex"; "Jefe")',
      result: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    },
    {
      formula: 'sha256("what do ya want for nothing?"; "base64"; "4a656665"; "hex")',
      result: "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
    },
  ]),
  defineHash("sha384", "SHA-384", sha384, [
    {
      formula: 'sha384("abc"; "base64")',
      result: "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn",
    },
  ]),
  defineHash("sha512", "SHA-512", sha512, [
    {
      formula: 'sha512("abc"; "base64")',
      result: "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
    },
  ]),
  defineFunction({
    name: "toBinary",
    category: "text",
    description: "A text as binary data, from the encoding it is written in.",
    args: [
      { name: "value", type: "any", description: "The text." },
      {
        name: "encoding",
        type: "text",
        description: '"utf8", "hex", "base64", "base64url" or "latin1"; "utf8" when left out.',
        choices: encodingNames,
        optional: true,
      },
    ],
    returns: "object",
    examples: [
      { formula: 'toBinary("hé")', result: { encoding: "base64", sizeBytes: 3, data: "aMOp" } },
      { formula: 'toBinary("68c3a9"; "hex")', result: { encoding: "base64", sizeBytes: 3, data: "aMOp" } },
      { formula: 'toString(toBinary("68c3a9"; "hex"))', result: "hé" },
    ],
    call: ([value, encoding], evaluation) => {
      const bytes =
        isBinary(value) || typeof value === "object"
          ? bytesOf(value, evaluation)
          : readBytes(toText(value), requireEncoding(encoding || "utf8"));
      evaluation.spendChars(bytes.length * 2);
      return toBinary(bytes);
    },
  }),
  defineFunction({
    name: "base64",
    category: "text",
    description: "A text's UTF-8 bytes, or binary data, in Base64.",
    args: [dataArg],
    returns: "text",
    examples: [
      { formula: 'base64("hé")', result: "aMOp" },
      { formula: 'base64(toBinary("ff00"; "hex"))', result: "/wA=" },
    ],
    call: ([data], evaluation) => writeBytes(bytesOf(data, evaluation), "base64"),
  }),
  defineFunction({
    name: "fromBase64",
    category: "text",
    description: "The UTF-8 text that Base64 stands for; for other bytes see toBinary.",
    args: [{ name: "text", type: "text", description: "Base64, also in its form for URLs." }],
    returns: "text",
    examples: [{ formula: 'fromBase64("aMOp")', result: "hé" }],
    call: ([text]) => decodeUtf8(readBytes(text, "base64")),
  }),
];
