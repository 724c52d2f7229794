/**
 * The list of what a Convex function can do, generated from the source of the installed `convex` package: every operation of
 * the host that it calls, every method of what functions are given, and every value that `convex/server` and `convex/values`
 * export. A new version of the package makes the list longer, and `coverage.test.ts` fails until a case covers what is new.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as server from "convex/server";
import * as values from "convex/values";
import ts from "@typescript/typescript6";

/** The package's exports do not lead to its source. */
const SOURCE = path.join(fileURLToPath(import.meta.url), "../../node_modules/convex/src");

/** Where the interfaces and classes are that functions work with. */
const FOLDERS = ["server", "server/components", "values"];

/** Calls of the host in `convex/server`, with the name of the operation as their first argument. */
const HOST_CALLS = new Set(["performSyscall", "performAsyncSyscall", "performJsSyscall"]);

/**
 * Names of all operations, sorted: `syscall 1.0/get` for operations of the host, `Query.filter` for methods and fields of
 * exported interfaces and classes, `v.record` for validators, `convex/server.defineSchema` for exported values.
 */
export function listOperations(): string[] {
  const found = new Set<string>();
  const exported = exportedNames();
  for (const folder of [...FOLDERS, "server/impl"]) {
    for (const file of sourceFiles(folder)) {
      for (const name of hostCalls(file)) found.add(name);
      if (folder !== "server/impl") for (const name of members(file, exported)) found.add(name);
    }
  }
  for (const name of Object.keys(values.v)) found.add(`v.${name}`);
  for (const name of Object.keys(server)) found.add(`convex/server.${name}`);
  for (const name of Object.keys(values)) found.add(`convex/values.${name}`);
  return [...found].sort();
}

function sourceFiles(folder: string): ts.SourceFile[] {
  const names = readdirSync(path.join(SOURCE, folder)).filter((name) => /^\w+\.ts$/.test(name));
  return names.map((name) => {
    const text = readFileSync(path.join(SOURCE, folder, name), "utf8");
    return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  });
}

function hostCalls(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && HOST_CALLS.has(node.expression.text)) {
      const [operation] = node.arguments;
      if (operation !== undefined && ts.isStringLiteral(operation)) found.push(`syscall ${operation.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Methods of interfaces and classes, and fields of the types that `convex/server` exports. */
function members(file: ts.SourceFile, exported: ReadonlySet<string>): string[] {
  return file.statements.flatMap((statement): string[] => {
    if (ts.isInterfaceDeclaration(statement)) {
      return named(statement.name.text, statement.members, exported);
    }
    if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
      return named(statement.name.text, statement.members.filter(isVisible), exported);
    }
    if (ts.isTypeAliasDeclaration(statement) && ts.isTypeLiteralNode(statement.type)) {
      return named(statement.name.text, statement.type.members, exported);
    }
    return [];
  });
}

function named(
  owner: string,
  list: readonly (ts.TypeElement | ts.ClassElement)[],
  exported: ReadonlySet<string>,
): string[] {
  return list.flatMap((member) => {
    const { name } = member;
    if (name === undefined || !ts.isIdentifier(name) || name.text.startsWith("_")) return [];
    return isMethod(member) || exported.has(owner) ? [`${owner}.${name.text}`] : [];
  });
}

function isMethod(member: ts.TypeElement | ts.ClassElement): boolean {
  if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) return true;
  if (ts.isPropertySignature(member)) return member.type !== undefined && ts.isFunctionTypeNode(member.type);
  return ts.isPropertyDeclaration(member) && member.initializer !== undefined && ts.isArrowFunction(member.initializer);
}

function isVisible(member: ts.ClassElement): boolean {
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return !hidden.some((kind) => hasModifier(member, kind)) && (isMethod(member) || ts.isGetAccessor(member));
}

/** The names of types and values that `convex/server` exports. */
function exportedNames(): ReadonlySet<string> {
  const files = new Map(sourceFiles("server").map((file) => [file.fileName, file]));
  const names = new Set<string>();
  for (const statement of files.get("index.ts")!.statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    if (exportClause !== undefined && ts.isNamedExports(exportClause)) {
      for (const { name } of exportClause.elements) names.add(name.text);
    } else if (exportClause === undefined && moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)) {
      const file = files.get(path.basename(moduleSpecifier.text).replace(/\.js$/, ".ts"));
      for (const name of declaredNames(file)) names.add(name);
    }
  }
  return names;
}

/** What a module declares under a name; more than it exports, which does no harm here. */
function declaredNames(file: ts.SourceFile | undefined): string[] {
  return (file?.statements ?? []).flatMap((statement) => {
    const isNamed = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return isNamed ? [statement.name.text] : [];
  });
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);
}
