/**
 * Who may import whom (docs/architecture.md has the table and the reasons). `tests/boundaries.test.ts` feeds a
 * forbidden import to every rule and expects it to be rejected.
 */
const integration = "^packages/integrations/([^/]+)/";

/** A room may import only what is listed (its own files and npm packages that `thirdParty` names included). */
function room({ name, from, ours, comment }) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from },
    to: { path: "^(apps|packages|convex)/", pathNot: ours },
  };
}

module.exports = {
  forbidden: [
    room({ name: "core-imports-nothing-of-ours", from: "^packages/core/", ours: ["^packages/core/"] }),
    room({
      name: "engine-imports-core",
      from: "^packages/engine/(?!.*\\.(test|long)\\.ts$)",
      ours: ["^packages/(engine|core)/"],
    }),
    room({ name: "sdk-imports-core", from: "^packages/sdk/", ours: ["^packages/(sdk|core)/"] }),
    {
      name: "integration-imports-sdk-and-core",
      severity: "error",
      from: { path: integration, pathNot: "\\.test\\.ts$" },
      to: { path: "^(apps|packages|convex)/", pathNot: ["^packages/(sdk|core)/", "^packages/integrations/$1/"] },
    },
    room({
      name: "catalog-imports-integrations",
      from: "^packages/catalog/",
      ours: ["^packages/(catalog|integrations|sdk|core)/"],
    }),
    room({
      name: "convex-imports-the-domain",
      from: "^convex/(?!.*\\.test\\.ts$)",
      ours: ["^convex/", "^packages/(core|engine|sdk|catalog)/"],
    }),
    room({
      name: "web-imports-core-ui-manifests",
      from: "^apps/web/(?!e2e/)",
      ours: [
        "^apps/web/",
        "^packages/(core|ui)/",
        "^packages/catalog/src/(manifests|generated/manifests)",
        "^convex/_generated/",
      ],
    }),
    room({ name: "ui-imports-nothing-of-ours", from: "^packages/ui/", ours: ["^packages/ui/"] }),
    room({
      name: "embedded-convex-knows-nothing-of-patchbay",
      from: "^packages/embedded-convex/",
      ours: ["^packages/embedded-convex/"],
    }),
    room({
      name: "cli-imports-embedded-and-core",
      from: "^packages/cli/",
      ours: ["^packages/(cli|embedded-convex|core)/"],
    }),
    {
      name: "testkit-is-for-tests",
      severity: "error",
      from: {
        path: "^(apps|packages|convex)/",
        pathNot: ["\\.(test|e2e|long)\\.tsx?$", "^packages/testkit/", "/(conformance|durability|isolation|test|e2e)/"],
      },
      to: { path: "^packages/testkit/" },
    },
    {
      name: "nobody-imports-apps",
      severity: "error",
      from: { pathNot: "^apps/" },
      to: { path: "^apps/" },
    },
    {
      name: "web-standard-only",
      comment: "core, engine, sdk and the integrations run in the browser, in Convex's isolate and in Node.",
      severity: "error",
      from: { path: "^packages/(core|engine|sdk|integrations/[^/]+)/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "xyflow-stays-in-the-canvas",
      severity: "error",
      from: { path: "^apps/web/src/", pathNot: "^apps/web/src/features/editor/canvas/" },
      to: { path: "@xyflow/react" },
    },
    {
      name: "no-cycles-between-rooms",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { circular: true, viaOnly: { pathNot: "^packages/$1/" } },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(\\.next|coverage|test-results)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "apps/web/tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
