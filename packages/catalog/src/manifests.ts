import { createManifestCatalog, type Manifest, type ManifestCatalog } from "@patchbay/core";
import generated from "./generated/manifests.json" with { type: "json" };

/** What every integration in the workspace says about itself. Data only: safe for the browser. */
export const manifests: Manifest[] = generated as unknown as Manifest[];

/** Look-ups by node type and connection type. */
export const manifestCatalog: ManifestCatalog = createManifestCatalog(manifests);
