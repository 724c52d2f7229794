import { describe, expect, it } from "vitest";
import { SettingError } from "./addresses.ts";
import { readFunctionSettings } from "./functionSettings.ts";

describe("readFunctionSettings", () => {
  it("passes on what is set, and nothing else", () => {
    expect(readFunctionSettings({})).toEqual({});
    expect(readFunctionSettings({ PATCHBAY_SIGN_UP: "", PATCHBAY_MAX_BODY_BYTES: "" })).toEqual({});
    const set = { PATCHBAY_SIGN_UP: "open", PATCHBAY_MAX_BODY_BYTES: "1000" };
    expect(readFunctionSettings({ ...set, HOME: "/root" })).toEqual(set);
  });

  it.each([
    ["PATCHBAY_SIGN_UP", "yes"],
    ["PATCHBAY_MAX_BODY_BYTES", "5 MB"],
    ["PATCHBAY_MAX_BODY_BYTES", "0"],
    ["PATCHBAY_MAX_BODY_BYTES", "1.5"],
    ["PATCHBAY_MAX_BODY_BYTES", "20000001"],
  ])("names %s when it is %j", (name, value) => {
    expect(() => readFunctionSettings({ [name]: value })).toThrow(SettingError);
    expect(() => readFunctionSettings({ [name]: value })).toThrow(name);
  });
});
