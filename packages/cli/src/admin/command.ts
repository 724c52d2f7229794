import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { z } from "zod";
import { runCommand, type OutputOptions } from "../output.ts";
import { callAdminFunction, readStack } from "../stack.ts";

interface CreateUserOptions extends OutputOptions {
  email: string;
  password: string;
  name: string;
}

interface CreateApiKeyOptions extends OutputOptions {
  email: string;
  name: string;
}

interface ResetPasswordOptions extends OutputOptions {
  email: string;
  password?: string;
}

const createdUser = z.object({ userId: z.string(), organizationId: z.string() });
const createdKey = z.object({ key: z.string() });

/** Creates an account with its own organization, also while sign-up is closed. */
export async function createUser(stack: Parameters<typeof callAdminFunction>[0], options: CreateUserOptions) {
  const { email, password, name } = options;
  return createdUser.parse(await callAdminFunction(stack, "auth/admin:createUser", { email, password, name }));
}

/** Makes an API key that acts for the account; it is shown this once. */
export async function createApiKey(stack: Parameters<typeof callAdminFunction>[0], options: CreateApiKeyOptions) {
  const { email, name } = options;
  return createdKey.parse(await callAdminFunction(stack, "apiKeys/admin:createApiKeyForUser", { email, name }));
}

/** Adds `admin create-user | create-api-key | reset-password`: what the operator does without a browser. */
export function registerAdminCommands(program: Command): void {
  const admin = program.command("admin").description("Manage the accounts of the running Patchbay");

  admin
    .command("create-user")
    .description("Create an account with its own organization, also while sign-up is closed")
    .requiredOption("--email <email>", "what they sign in with")
    .requiredOption("--password <password>", "at least 8 characters")
    .requiredOption("--name <name>", "what others see")
    .option("--json", "print one line of JSON")
    .action((options: CreateUserOptions) =>
      runCommand(options, async () => {
        const json = await createUser(await readStack(), options);
        return { json, text: `Created ${options.email} (user ${json.userId}, organization ${json.organizationId})` };
      }),
    );

  admin
    .command("create-api-key")
    .description("Create a key for the HTTP API")
    .requiredOption("--email <email>", "the account that the key acts for")
    .requiredOption("--name <name>", "what the key is for")
    .option("--json", "print one line of JSON")
    .action((options: CreateApiKeyOptions) =>
      runCommand(options, async () => {
        const json = await createApiKey(await readStack(), options);
        return { json, text: `${json.key}\nKeep it: it is not shown again.` };
      }),
    );

  admin
    .command("reset-password")
    .description("Set a new password and sign the account out everywhere")
    .requiredOption("--email <email>", "the account")
    .option("--password <password>", "at least 8 characters; made up where absent")
    .option("--json", "print one line of JSON")
    .action((options: ResetPasswordOptions) =>
      runCommand(options, async () => {
        const { email } = options;
        const password = options.password ?? randomBytes(15).toString("base64url");
        await callAdminFunction(await readStack(), "auth/admin:resetPassword", { email, password });
        // A password that the caller chose is not repeated.
        const made = options.password === undefined;
        return {
          json: made ? { email, password } : { email },
          text: made ? `The new password of ${email}: ${password}` : `Set the new password of ${email}`,
        };
      }),
    );
}
