// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from "vitest";
import { chooseOrganization, readRememberedOrganization, rememberOrganization } from "./organizationChoice.ts";

const organizations = [{ id: "a" }, { id: "b" }];

afterEach(() => {
  vi.restoreAllMocks();
  window.localStorage.clear();
});

describe("chooseOrganization", () => {
  it("takes the remembered one while one belongs to it, else the first", () => {
    expect(chooseOrganization(organizations, "b")?.id).toBe("b");
    expect(chooseOrganization(organizations, "gone")?.id).toBe("a");
    expect(chooseOrganization(organizations, null)?.id).toBe("a");
    expect(chooseOrganization([], "a")).toBeUndefined();
  });
});

describe("the memory", () => {
  it("keeps the last choice", () => {
    expect(readRememberedOrganization()).toBeNull();
    rememberOrganization("b");
    expect(readRememberedOrganization()).toBe("b");
  });

  it("is empty where the browser keeps nothing", () => {
    const refuse = () => {
      throw new DOMException("refused", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse);
    rememberOrganization("b");
    expect(readRememberedOrganization()).toBeNull();
  });
});
