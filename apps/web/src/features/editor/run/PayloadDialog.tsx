import { Button, Dialog, Field, Textarea } from "@patchbay/ui";
import { Play } from "lucide-react";
import { useState } from "react";

export interface PayloadDialogProps {
  initial: string;
  onRun: (json: string) => void;
  onClose: () => void;
}

/** Asks for the JSON with which the trigger's bundle is made. */
export function PayloadDialog({ initial, onRun, onClose }: PayloadDialogProps) {
  const [text, setText] = useState(initial);
  const problem = problemOf(text);
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Run once with a JSON payload"
      description="It becomes the body of the trigger’s bundle."
      onSubmit={() => !problem && onRun(text)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="run" disabled={problem !== undefined}>
            <Play aria-hidden />
            Run once
          </Button>
        </>
      }
    >
      <Field label="Payload" htmlFor="run-payload" error={problem}>
        <Textarea
          id="run-payload"
          mono
          rows={12}
          spellCheck={false}
          autoFocus
          value={text}
          invalid={problem !== undefined}
          aria-describedby="run-payload-note"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}

function problemOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}`;
  }
}
