import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { CommandError, runCommand, type OutputOptions } from "../output.ts";
import { readStack } from "../stack.ts";
import { runDemo, type DemoReport } from "./demo.ts";

const MAX_COUNT = 100_000;

interface DemoCommandOptions extends OutputOptions {
  count: number;
  verbose?: boolean;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_COUNT) return count;
  throw new InvalidArgumentError(`Give a number from 1 to ${MAX_COUNT.toLocaleString("en")}.`);
}

/** Adds `demo`: a whole automation by the public HTTP API, checked from end to end. */
export function registerDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("Create an account and a scenario on the running Patchbay, post webhooks, and check every run")
    .option("--count <n>", "webhooks to post", parseCount, 200)
    .option("--verbose", "print every operation of every run")
    .option("--json", "print one line of JSON: posted, succeeded, failed, duplicates")
    .action((options: DemoCommandOptions) =>
      runCommand(options, async () => {
        const stack = await readStack();
        const say = options.json ? () => {} : (line: string) => console.log(line);
        const report = await untilInterrupted((signal) =>
          runDemo(stack, { count: options.count, verbose: options.verbose === true, say, signal }),
        );
        return toResult(report);
      }),
    );
}

function toResult({ summary, problems }: DemoReport) {
  const { posted, succeeded, failed, duplicates } = summary;
  const twice = duplicates === 0 ? "none twice" : `${duplicates} requests repeated`;
  const text = `\n${posted} webhooks posted, ${succeeded} runs succeeded, ${failed} failed, ${twice}`;
  if (problems.length === 0) return { text, json: summary };
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return {
    text: [text, ...problems.map((problem) => `✗ ${problem}`)].join("\n"),
    json: summary,
    failure: { code: "demo_failed", message: `The demo found something wrong: ${problems[0]}${more}` },
  };
}

/** Gives the work a signal that Ctrl-C and SIGTERM abort, so that it can clean up; a second one ends the process. */
async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const stop = () =>
    controller.abort(new CommandError("interrupted", "Stopped; the demo has cleaned up after itself."));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
