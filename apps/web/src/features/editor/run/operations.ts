import type { Operation, RunDetail } from "@/features/runs/runModel.ts";

/** The run page's model of operations is the editor's too. */
export type OperationRecord = Operation;
export type OperationState = Operation["state"];
/** How many bundles came to an edge and how many of them went along it. */
export type EdgeCounts = RunDetail["edgesTaken"][number];
export type { RunDetail };
