export { RunCanvas } from "./canvas/RunCanvas.tsx";
