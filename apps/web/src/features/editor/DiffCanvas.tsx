export { DiffCanvas } from "./canvas/DiffCanvas.tsx";
export { createViewLink } from "./canvas/viewLink.ts";
