"use client";

import {
  Cell,
  formatDuration,
  HeadCell,
  Row,
  StateLabel,
  Tab,
  Table,
  TableHead,
  TabList,
  TabPanel,
  Tabs,
} from "@patchbay/ui";
import { namedNode } from "./nodeNames.ts";
import { shownState, type Operation, type RunDetail } from "./runModel.ts";
import { Timeline } from "./Timeline.tsx";

export interface RunStepsProps {
  run: RunDetail;
  chosen: Operation | undefined;
  onChoose: (operation: Operation) => void;
  playheadMs: number | undefined;
  onPlayheadChange: (ms: number | undefined) => void;
}

/** What the run did: as lanes over time, or as a list. */
export function RunSteps(props: RunStepsProps) {
  return (
    <Tabs defaultValue="timeline" className="flex min-h-0 flex-1 flex-col">
      <TabList aria-label="What the run did" className="h-9 shrink-0 bg-sunken px-2">
        <Tab value="timeline">Timeline</Tab>
        <Tab value="operations" count={props.run.operationCount}>
          Operations
        </Tab>
      </TabList>
      <TabPanel value="timeline" tabIndex={-1} className="min-h-0 flex-1 overflow-auto data-[state=inactive]:hidden">
        <Timeline {...props} />
      </TabPanel>
      <TabPanel value="operations" tabIndex={-1} className="min-h-0 flex-1 overflow-auto data-[state=inactive]:hidden">
        <OperationList {...props} />
      </TabPanel>
    </Tabs>
  );
}

function OperationList({ run, chosen, onChoose }: RunStepsProps) {
  return (
    <>
      <Table>
        <TableHead>
          <tr>
            <HeadCell className="w-14">Order</HeadCell>
            <HeadCell>Node</HeadCell>
            <HeadCell className="w-40">State</HeadCell>
            <HeadCell className="hidden w-24 sm:table-cell">Bundle</HeadCell>
            <HeadCell className="hidden w-24 text-right sm:table-cell">Attempts</HeadCell>
            <HeadCell className="w-24 text-right">Took</HeadCell>
          </tr>
        </TableHead>
        <tbody>
          {run.operations.map((operation, index) => (
            <OperationRow
              key={operation.id}
              order={index + 1}
              name={namedNode(run.definition, operation.nodeId).name}
              operation={operation}
              selected={operation.id === chosen?.id}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </Table>
      {run.operations.length === 0 ? <p className="px-5 py-4 text-sm text-ink-3">Nothing has been done yet.</p> : null}
      {run.operationsCut ? (
        <p className="border-b border-line bg-sunken px-5 py-2 text-xs text-ink-3">
          This run did more than can be shown: these are its first operations.
        </p>
      ) : null}
    </>
  );
}

interface OperationRowProps {
  order: number;
  name: string;
  operation: Operation;
  selected: boolean;
  onChoose: (operation: Operation) => void;
}

function OperationRow({ order, name, operation, selected, onChoose }: OperationRowProps) {
  return (
    <Row selected={selected} className="relative">
      <Cell dense className="text-ink-3 tabular-nums">
        {order}
      </Cell>
      <Cell dense className="max-w-0">
        <button
          type="button"
          onClick={() => onChoose(operation)}
          className="block w-full truncate text-left font-medium after:absolute after:inset-0"
        >
          {name} <span className="font-mono text-xs font-normal text-ink-3">{operation.nodeId}</span>
        </button>
      </Cell>
      <Cell dense>
        <StateLabel state={shownState(operation)} />
      </Cell>
      <Cell dense className="hidden font-mono text-xs text-ink-2 sm:table-cell">
        {operation.bundlePath}
      </Cell>
      <Cell dense className="hidden text-right text-ink-2 tabular-nums sm:table-cell">
        {operation.attempts.length}
      </Cell>
      <Cell dense className="text-right font-mono text-xs text-ink-2">
        {operation.durationMs === null ? "" : formatDuration(operation.durationMs)}
      </Cell>
    </Row>
  );
}
