/**
 * Tokens of Wait nodes: HMAC-SHA256, under the keyring's key, of the run's secret seed, the node and the bundle path. So a
 * token is known before the run gets there, the same whenever it is asked for, of no use for any other operation, and cannot be
 * made from what is in the database. Synchronous, as formulas are.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { AddressKind } from "@patchbay/core";
import { waitName, type Addresses, type RunState } from "@patchbay/engine";
import { sha256Hex, toBase64Url, utf8 } from "../lib/bytes.ts";
import { publicSiteUrl, publicWebUrl } from "../lib/env.ts";
import { readKeyring, requireKey } from "../lib/keyring.ts";

/** 256 bits. */
export const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

function makeToken({ name, keyId }: { name: string; keyId: string }): string {
  const key = requireKey(readKeyring(), keyId);
  return toBase64Url(hmac(sha256, key, utf8(`patchbay wait ${name}`)));
}

export const hashToken = (token: string): Promise<string> => sha256Hex(token);

function urlOf(kind: AddressKind, token: string): string {
  return kind === "resume" ? `${publicSiteUrl()}/resume/${token}` : pageUrl(token);
}

/** The page on which a person answers. */
export const pageUrl = (token: string): string => `${publicWebUrl()}/approve/${token}`;

/** The engine's port. */
export function createAddresses(): Addresses {
  return {
    keyId: readKeyring().current,
    makeUrl: (kind, token) => urlOf(kind, makeToken(token)),
  };
}

interface Operation {
  nodeId: number;
  bundlePath: string;
}

/** The token of an operation of the run, made with the key that its addresses are made with. */
export function tokenOf(state: RunState, operation: Operation): string {
  return makeToken({ name: waitName(state, operation), keyId: state.addressKey ?? readKeyring().current });
}

/** Where the operation is answered: by a program, and by a person. */
export function addressesOf(state: RunState, operation: Operation): Record<AddressKind, string> {
  const token = tokenOf(state, operation);
  return { resume: urlOf("resume", token), approve: urlOf("approve", token) };
}

/** A text or JSON text without the tokens in it, for people who may see what was sent and not answer it. */
export const hideTokens = (text: string): string =>
  text.replace(/\/(resume|approve)\/[A-Za-z0-9_-]{43}/g, "/$1/hidden");
