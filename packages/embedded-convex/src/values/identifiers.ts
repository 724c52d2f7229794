/** Names of tables and indexes. */
const MAX_LENGTH = 64;

/** Why a name cannot be that of a table or an index, as a message of the Convex backend; null when it can. */
export function identifierProblem(name: string): string | null {
  const [first] = name;
  if (first === undefined) return "Identifier cannot be empty";
  if (!/[A-Za-z_]/.test(first)) {
    return `Invalid first character '${first}' in ${name}: Identifiers must start with an alphabetic character or underscore`;
  }
  const invalid = /[^A-Za-z0-9_]/u.exec(name)?.[0];
  if (invalid !== undefined) {
    return `Identifier ${name} has invalid character '${invalid}': Identifiers can only contain alphanumeric characters or underscores`;
  }
  if (name.length > MAX_LENGTH) return `Identifier is too long (${name.length} > maximum ${MAX_LENGTH})`;
  return /^_+$/.test(name) ? `Identifier ${name} cannot have exclusively underscores` : null;
}
