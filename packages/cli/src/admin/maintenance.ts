import type { Command } from "commander";
import { z } from "zod";
import { CommandError, runCommand, type OutputOptions } from "../output.ts";
import { callAdminFunction, readStack, type Stack } from "../stack.ts";

const POLL_MS = 1_000;

interface OnOptions extends OutputOptions {
  wait?: string;
}

const statusSchema = z.object({ since: z.number().nullable(), underWay: z.number() });
export type Maintenance = z.infer<typeof statusSchema>;

const readStatus = async (stack: Stack): Promise<Maintenance> =>
  statusSchema.parse(await callAdminFunction(stack, "settings/maintenance:getMaintenance", {}));

const setMaintenance = async (stack: Stack, on: boolean): Promise<void> => {
  await callAdminFunction(stack, "settings/maintenance:setMaintenance", { on });
};

/** Adds `maintenance on | off | status`: refuses new work, so that an upgrade or a backup interrupts nothing. */
export function registerMaintenanceCommands(program: Command): void {
  const maintenance = program
    .command("maintenance")
    .description(
      "Refuse new work (503 with Retry-After) for an upgrade or a backup, while what was accepted is finished",
    );

  maintenance
    .command("on")
    .description("Begin maintenance")
    .option("--wait <seconds>", "until nothing is under way any more, for at most so long")
    .option("--json", "print one line of JSON")
    .action((options: OnOptions) => runCommand(options, async () => describe(await begin(await readStack(), options))));

  maintenance
    .command("off")
    .description("End maintenance")
    .option("--json", "print one line of JSON")
    .action((options: OutputOptions) =>
      runCommand(options, async () => {
        const stack = await readStack();
        await setMaintenance(stack, false);
        return describe(await readStatus(stack));
      }),
    );

  maintenance
    .command("status")
    .description("Tell whether it is on, and how many runs are still under way")
    .option("--json", "print one line of JSON")
    .action((options: OutputOptions) => runCommand(options, async () => describe(await readStatus(await readStack()))));
}

/** @throws CommandError `usage` for a wait that is no number of seconds, `still_busy` when it was too short */
async function begin(stack: Stack, { wait }: OnOptions): Promise<Maintenance> {
  const waitMs = wait === undefined ? null : Number(wait) * 1_000;
  if (waitMs !== null && !(waitMs >= 0)) throw new CommandError("usage", `--wait takes seconds, not "${wait}"`);
  await setMaintenance(stack, true);
  const deadlineMs = Date.now() + (waitMs ?? 0);
  for (;;) {
    const status = await readStatus(stack);
    if (waitMs === null || status.underWay === 0) return status;
    if (Date.now() > deadlineMs) {
      const message = `${status.underWay} runs are still under way after ${wait} s; maintenance stays on`;
      throw new CommandError("still_busy", message);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function describe(status: Maintenance): { json: Maintenance; text: string } {
  if (status.since === null) return { json: status, text: "Patchbay takes new work" };
  const left = status.underWay === 0 ? "nothing is under way" : `${status.underWay} runs are under way`;
  return { json: status, text: `Patchbay is in maintenance and takes no new work; ${left}` };
}
