/** The contents of the generated files, by file name. */
export declare function generateFiles(): Promise<Record<"manifests.json" | "integrations.ts", string>>;
