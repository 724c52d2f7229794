import { Command, CommanderError } from "commander";
import { registerAdminCommands } from "./admin/command.ts";
import { registerMaintenanceCommands } from "./admin/maintenance.ts";
import { registerDemoCommand } from "./demo/command.ts";
import { printFailure } from "./output.ts";
import { registerStartCommand } from "./start/command.ts";

const program = new Command("patchbay")
  .description("Runs and manages Patchbay")
  .showHelpAfterError("(add --help to see what the command takes)")
  .exitOverride();
registerStartCommand(program);
registerDemoCommand(program);
registerAdminCommands(program);
registerMaintenanceCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has written its line to stderr already; help and version end here too, with 0.
  process.exitCode = error.exitCode;
  if (error.exitCode !== 0 && process.argv.includes("--json")) {
    printFailure({ code: "usage", message: error.message.replace(/^error: /, "") }, { json: true, quiet: true });
  }
}
