import type { ConditionOperator } from "../definition/schema.ts";

/** What an operator of a condition looks at. */
export type ConditionGroup = "any" | "text" | "number" | "date" | "length" | "boolean";

/** An operator of a condition, as data: the form is made from it. */
export interface ConditionDoc {
  group: ConditionGroup;
  /** Reads on from the value: `is at least`. */
  label: string;
  description: string;
  /** Whether it compares with something. */
  takesRight: boolean;
  /** Whether upper and lower case may matter to it. */
  takesCase: boolean;
}

const unary = (group: ConditionGroup, label: string, description: string): ConditionDoc => ({
  ...{ group, label, description },
  takesRight: false,
  takesCase: false,
});
const binary = (group: ConditionGroup, label: string, description: string): ConditionDoc => ({
  ...{ group, label, description },
  takesRight: true,
  takesCase: group === "any" || group === "text",
});

/** Every operator, by name. */
export const conditionDocs: Readonly<Record<ConditionOperator, ConditionDoc>> = {
  exists: unary("any", "exists", "There is a value; an empty list is one."),
  notExists: unary("any", "does not exist", "Nothing, null or a text without characters."),
  isEmpty: unary("any", "is empty", "Nothing, null, or a text, list or object without content."),
  notEmpty: unary("any", "is not empty", "Has content."),
  equals: binary("any", "is", "Numbers by value, dates by time, lists and objects by content, the rest as text."),
  notEquals: binary("any", "is not", "The opposite of: is."),
  contains: binary("text", "contains", "A text contains a text, or a list an item."),
  notContains: binary("text", "does not contain", "The opposite of: contains."),
  startsWith: binary("text", "starts with", "A text begins with a text."),
  notStartsWith: binary("text", "does not start with", "The opposite of: starts with."),
  endsWith: binary("text", "ends with", "A text ends with a text."),
  notEndsWith: binary("text", "does not end with", "The opposite of: ends with."),
  matches: binary("text", "matches the pattern", "A regular expression (RE2) matches somewhere in a text."),
  notMatches: binary("text", "does not match the pattern", "The opposite of: matches the pattern."),
  greaterThan: binary("number", "is greater than", "Numbers by value, dates by time, other texts in order."),
  greaterOrEqual: binary("number", "is at least", "Greater than, or the same."),
  lessThan: binary("number", "is less than", "Numbers by value, dates by time, other texts in order."),
  lessOrEqual: binary("number", "is at most", "Less than, or the same."),
  laterThan: binary("date", "is later than", "Two dates; never holds where one is none."),
  laterOrEqual: binary("date", "is at or after", "Two dates; later, or the same time."),
  earlierThan: binary("date", "is earlier than", "Two dates; never holds where one is none."),
  earlierOrEqual: binary("date", "is at or before", "Two dates; earlier, or the same time."),
  sameTime: binary("date", "is the same time as", "Two dates that are the same moment, in whatever time zone."),
  otherTime: binary("date", "is another time than", "The opposite of: is the same time as."),
  lengthEquals: binary("length", "has as many items as", "How many items a list or characters a text has."),
  lengthNotEquals: binary("length", "has not as many items as", "The opposite of: has as many items as."),
  longerThan: binary("length", "has more items than", "How many items a list or characters a text has."),
  longerOrEqual: binary("length", "has at least as many items as", "How many items a list or characters a text has."),
  shorterThan: binary("length", "has fewer items than", "How many items a list or characters a text has."),
  shorterOrEqual: binary("length", "has at most as many items as", "How many items a list or characters a text has."),
  isTrue: unary("boolean", "is true", 'Not empty, and not false, 0, "false" or "0".'),
  isFalse: unary("boolean", "is false", 'Empty, false, 0, "false" or "0".'),
};
