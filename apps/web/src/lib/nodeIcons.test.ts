import { manifests } from "@patchbay/catalog/manifests";
import { appIconNames } from "@patchbay/ui";
import { describe, expect, it } from "vitest";

describe("icons of the catalog", () => {
  const named = manifests.flatMap((manifest) => [
    manifest.icon,
    ...[...manifest.actions, ...manifest.triggers].flatMap((node) => (node.icon ? [node.icon] : [])),
  ]);

  it.each([...new Set(named)])("%s is drawn, not the generic block", (icon) => {
    expect(appIconNames).toContain(icon);
  });
});
