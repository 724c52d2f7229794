import { displayValue } from "../values/display.ts";
import type { ConvexJsonObject } from "../values/json.ts";

/** @throws if the fields contain system fields other than those of the document that they are written to. */
export function checkSystemFields(fields: ConvexJsonObject, document: { _id: string; _creationTime: number }): void {
  const { _id, _creationTime } = fields;
  if (_id !== undefined && _id !== document._id)
    throw new Error(`Provided document ID "${document._id}" doesn't match '_id' field ${displayValue(_id)}`);
  if (_creationTime !== undefined && _creationTime !== document._creationTime) {
    throw new Error(
      `Provided creation time ${document._creationTime} doesn't match '_creationTime' field in ${displayValue(fields)}`,
    );
  }
}
