import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { nodeArguments, nodeEnvironment } from "./launch.ts";

it("is understood by this Node, and keeps the young generation of the main thread small", () => {
  const program = `
    const keep = [];
    for (let round = 0; round < 3e6; round++) keep[round % 1e5] = { round, text: String(round) };
    const { getHeapSpaceStatistics } = require("node:v8");
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size);`;
  const youngBytes = (args: readonly string[]) => {
    const ended = spawnSync(process.execPath, [...args, "-e", program], {
      encoding: "utf8",
      env: { ...nodeEnvironment, ...process.env },
    });
    expect(ended.stderr).toBe("");
    return Number(ended.stdout);
  };
  expect(youngBytes(nodeArguments)).toBeLessThanOrEqual(3 * 8 * 1024 * 1024);
});
