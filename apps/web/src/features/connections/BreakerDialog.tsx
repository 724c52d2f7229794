"use client";

import { Button, Dialog, Field, Input } from "@patchbay/ui";
import { useState } from "react";
import type { ConnectionRow } from "./useConnections.ts";

interface BreakerDialogProps {
  row: ConnectionRow;
  save: (connectionId: string, settings: { failures: number; pauseSeconds: number }) => Promise<boolean>;
  onClose: () => void;
}

/** When a connection whose service fails is paused, and for how long. */
export function BreakerDialog({ row, save, onClose }: BreakerDialogProps) {
  const [failures, setFailures] = useState(String(row.breaker.opensAfter));
  const [pause, setPause] = useState(String(row.breaker.pauseSeconds));
  const failuresError = faultOf(failures, 0, 100);
  const pauseError = faultOf(pause, 1, 3_600);
  const isReady = failuresError === undefined && pauseError === undefined;
  const submit = async () => {
    if (isReady && (await save(row.id, { failures: Number(failures), pauseSeconds: Number(pause) }))) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`When ${row.name} fails`}
      description="After several failures in a row its operations wait instead of hitting the service. One of them tries when the pause is over; when that succeeds, all go on."
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!isReady}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label="Failures in a row that pause it"
          htmlFor="breaker-failures"
          hint="Refused credentials, outages and timeouts count; answers such as “not found” do not. 0: never."
          error={failuresError}
        >
          <Input
            id="breaker-failures"
            inputMode="numeric"
            value={failures}
            onChange={(event) => setFailures(event.target.value)}
          />
        </Field>
        <Field
          label="First pause, seconds"
          htmlFor="breaker-pause"
          hint="Doubles with each try that fails, up to ten minutes."
          error={pauseError}
        >
          <Input
            id="breaker-pause"
            inputMode="numeric"
            value={pause}
            onChange={(event) => setPause(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}

function faultOf(text: string, from: number, to: number): string | undefined {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= from && value <= to) return undefined;
  return `Enter a whole number from ${from} to ${to.toLocaleString("en")}.`;
}
