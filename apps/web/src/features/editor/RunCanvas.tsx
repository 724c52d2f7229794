export { RunCanvas, type RunCanvasProps } from "./canvas/RunCanvas.tsx";
