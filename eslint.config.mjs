import convexPlugin from "@convex-dev/eslint-plugin";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const clockAndChance = [
  { object: "Date", property: "now", message: "Time is handed in: core and engine are deterministic." },
  { object: "Math", property: "random", message: "Chance is handed in: core and engine are deterministic." },
];

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "**/.next/",
      ".patchbay/",
      "coverage/",
      "**/_generated/",
      "**/generated/",
      "packages/core/src/mapping/grammar/",
      "**/test-results/",
      "**/next-env.d.ts",
    ],
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "Erasable syntax only: Node runs this TypeScript as it is." },
      ],
    },
  },
  {
    files: ["packages/{core,engine,sdk}/src/**/*.ts", "packages/integrations/*/src/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-properties": ["error", ...clockAndChance], "no-eval": "error", "no-new-func": "error" },
  },
  { files: ["convex/**/*.ts"], extends: [convexPlugin.configs.recommended] },
  {
    files: ["apps/web/**/*.{ts,tsx}", "packages/ui/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
  },
  {
    files: [
      "**/*.{test,e2e,long}.{ts,tsx}",
      "**/{test,conformance,durability,isolation,e2e,bench}/**/*.ts",
      "packages/embedded-convex/components/**/*.ts",
      "tests/**/*.ts",
    ],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
