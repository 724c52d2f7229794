export { DiffCanvas, type DiffCanvasProps } from "./canvas/DiffCanvas.tsx";
export { createViewLink, type ViewLink } from "./canvas/viewLink.ts";
