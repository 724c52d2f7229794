import type { ConnectionType } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { checkConnection, valuesToSend } from "./connectionForm.ts";

const basic: ConnectionType = {
  name: "basic",
  label: "Basic",
  description: "User name and password",
  fields: [
    { name: "username", label: "User name", secret: false, required: true },
    { name: "password", label: "Password", secret: true, required: false },
  ],
};

describe("checkConnection", () => {
  it("names each required field that is empty, and the connection's own name", () => {
    const errors = checkConnection(basic, { name: " ", values: { password: "x" } });
    expect(Object.keys(errors)).toEqual(["$name", "username"]);
  });

  it("accepts what is complete; a password may have outer spaces", () => {
    expect(checkConnection(basic, { name: "Acme", values: { username: "u", password: " x " } })).toEqual({});
  });
});

describe("valuesToSend", () => {
  it("drops the fields of another type and what was left empty", () => {
    expect(valuesToSend(basic, { username: "u", password: "", token: "left over" })).toEqual({ username: "u" });
  });
});
