import type { JsonValue, NodeId } from "../../definition/schema.ts";
import { alternativesOf, anyShape, describeShape, present, type ObjectShape, type Shape } from "../../shapes/shape.ts";
import { formatStep } from "../path.ts";
import { isObject, type Value } from "../values.ts";

/** What completion knows about a node that can be read at the place (`upstreamNodes`). */
export interface CompletionNode {
  id: NodeId;
  name: string;
  /** A bundle as it may look: from the last run, or the manifest's sample. */
  sample?: JsonValue | undefined;
  /** What is known of its bundles beyond the sample. */
  shape?: Shape | undefined;
}

/** A value inside a bundle: what is known of it, and one as it was. */
export interface KnownValue {
  /** `1.body.items[].price` */
  reference: string;
  /** The last step: `price`, or `1` for an item. */
  name: string;
  shape: Shape;
  sample: Value;
}

/** How deep below a node values are listed; deeper ones are a dot away. */
const MAX_DEPTH = 4;
const MAX_PER_NODE = 200;

/** The bundle itself. */
export const bundleOf = (node: CompletionNode): KnownValue => ({
  reference: String(node.id),
  name: "",
  shape: node.shape ?? anyShape,
  sample: node.sample,
});

/** The values that a formula can read of a node, parents before children. Lists stand for all of their items. */
export function listValues(node: CompletionNode): KnownValue[] {
  const found: KnownValue[] = [];
  const visit = (value: KnownValue, depth: number): void => {
    if (found.length >= MAX_PER_NODE) return;
    found.push(value);
    if (depth >= MAX_DEPTH) return;
    const [each] = itemsIn(value);
    for (const child of fieldsIn(each ?? value)) visit(child, depth + 1);
  };
  for (const field of bodyFirst(fieldsIn(bundleOf(node)))) visit(field, 1);
  return found;
}

/** Of a request or an answer, the body is what people look for. */
const bodyFirst = (values: KnownValue[]): KnownValue[] =>
  values.toSorted((a, b) => Number(b.name === "body") - Number(a.name === "body"));

/** The fields of an object, by what is known of it and by what it was. */
export function fieldsIn({ reference, shape, sample }: KnownValue): KnownValue[] {
  const object = alternativesOf(present(shape)).find((each): each is ObjectShape => each.kind === "object");
  const seen: Record<string, JsonValue> = isObject(sample) ? sample : {};
  const names = new Set([...(object?.fields.keys() ?? []), ...Object.keys(seen)]);
  return [...names]
    .filter((name) => name !== "" && name !== "__proto__" && !name.includes("`"))
    .map((name) => ({
      reference: reference + formatStep({ kind: "key", key: name }),
      name,
      shape: object?.fields.get(name) ?? anyShape,
      sample: Object.hasOwn(seen, name) ? seen[name] : undefined,
    }));
}

/** All items of a list as one, and then the first few by themselves. */
export function itemsIn({ reference, shape, sample }: KnownValue): KnownValue[] {
  const list = alternativesOf(present(shape)).find((each) => each.kind === "list");
  const items = Array.isArray(sample) ? sample : undefined;
  if (!list && !items) return [];
  const item = list?.item ?? anyShape;
  const known = items && items.length > 0 ? items.slice(0, 3) : [undefined];
  return [
    { reference: `${reference}[]`, name: "", shape: item, sample: items?.[0] },
    ...known.map((value, index) => ({
      reference: `${reference}[${index + 1}]`,
      name: String(index + 1),
      shape: item,
      sample: value,
    })),
  ];
}

const typeWords: Partial<Record<Shape["kind"], string>> = { text: "text", list: "list", object: "object" };

/** `text`, `number`, `list`: what a value is, in a word; "" where nothing is known. */
export function typeLabel({ shape, sample }: Pick<KnownValue, "shape" | "sample">): string {
  const known = present(shape);
  if (known.kind === "any" || known.kind === "nothing") return sample === undefined ? "" : labelOfSample(sample);
  return typeWords[known.kind] ?? describeShape(known).replace(/^an? /, "");
}

function labelOfSample(sample: JsonValue): string {
  if (sample === null) return "empty";
  if (Array.isArray(sample)) return "list";
  if (typeof sample === "string") return "text";
  return typeof sample === "boolean" ? "yes or no" : typeof sample;
}
