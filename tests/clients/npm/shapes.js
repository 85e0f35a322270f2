// What a package's declarations (.d.ts) promise, and whether a value keeps it: its types, looked at while the program runs.
import ts from "typescript";

const readOptions = { strict: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ESNext, skipLibCheck: true };

/** The type named `Shape` in `source`, a piece of TypeScript in a file beside this one, with the checker that knows it. */
export function shapeOf(source) {
  const file = new URL("shape.ts", import.meta.url).pathname;
  const host = ts.createCompilerHost(readOptions);
  const [read, exists, parse] = [host.readFile, host.fileExists, host.getSourceFile];
  host.fileExists = name => name === file || exists.call(host, name);
  host.readFile = name => (name === file ? source : read.call(host, name));
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext, true) : parse.call(host, name, ...rest);
  const program = ts.createProgram([file], readOptions, host);
  const problems = ts.getPreEmitDiagnostics(program);
  if (problems.length) throw new Error(ts.formatDiagnostics(problems, host));
  const checker = program.getTypeChecker();
  const alias = program.getSourceFile(file).statements.find(ts.isTypeAliasDeclaration);
  return { checker, type: checker.getTypeAtLocation(alias.name) };
}

/** The members of an object type: `{ name, type }`. */
export function members(checker, type) {
  return checker.getPropertiesOfType(checker.getNonNullableType(type))
    .map(symbol => ({ name: symbol.name, optional: Boolean(symbol.flags & ts.SymbolFlags.Optional), type: checker.getTypeOfSymbol(symbol) }));
}

/**
 * Where `value` is not what `type` says: `{ at, of, what }`. `of` names the type and its member that is wrong, such as
 * `Account.lastStatusAt`, wherever in an answer it stands.
 */
export function differences(checker, value, type, at = "answer", of = "answer") {
  const is = flag => Boolean(type.flags & flag);
  const wrong = () => [{ at, of, what: `${JSON.stringify(value)?.slice(0, 60)} is not ${checker.typeToString(type)}` }];
  const when = right => (right ? [] : wrong());
  // Nobody reads what is void.
  if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Void)) return [];
  if (type.isUnion()) {
    const tried = type.types.map(one => differences(checker, value, one, at, of));
    // Of several shapes of objects, the one that fits best was meant.
    const inside = tried.filter(found => found.every(({ at: where }) => where !== at));
    return inside.sort((a, b) => a.length - b.length)[0] ?? wrong();
  }
  if (type.isLiteral()) return when(value === type.value);
  if (is(ts.TypeFlags.BooleanLiteral)) return when(String(value) === checker.typeToString(type));
  if (is(ts.TypeFlags.StringLike)) return when(typeof value === "string");
  if (is(ts.TypeFlags.NumberLike)) return when(typeof value === "number");
  if (is(ts.TypeFlags.Null)) return when(value === null);
  if (is(ts.TypeFlags.Undefined)) return when(value === undefined);
  if (is(ts.TypeFlags.NonPrimitive)) return when(typeof value === "object" && value !== null);
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(type);
    if (!Array.isArray(value) || value.length !== parts.length) return wrong();
    return parts.flatMap((one, index) => differences(checker, value[index], one, `${at}[${index}]`, of));
  }
  if (checker.isArrayType(type)) {
    if (!Array.isArray(value)) return wrong();
    const [one] = checker.getTypeArguments(type);
    return value.flatMap((item, index) => differences(checker, item, one, `${at}[${index}]`, of));
  }
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Call).length) return when(typeof value === "function");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong();
  const name = type.symbol?.name === "__type" ? (type.aliasSymbol?.name ?? of) : (type.symbol?.name ?? of);
  const known = members(checker, type);
  const found = known.flatMap(({ name: member, optional, type: inner }) =>
    value[member] === undefined && optional ? [] : differences(checker, value[member], inner, `${at}.${member}`, `${name}.${member}`));
  const index = checker.getIndexInfosOfType(type)[0];
  if (!index) return found;
  const rest = Object.entries(value).filter(([key]) => !known.some(member => member.name === key));
  return [...found, ...rest.flatMap(([key, item]) => differences(checker, item, index.type, `${at}.${key}`, `${name}[]`))];
}

/** What calls of `type` give once they have been waited for, one for each of its signatures. */
export function resultsOf(checker, type) {
  return checker.getSignaturesOfType(type, ts.SignatureKind.Call)
    .map(signature => checker.getAwaitedType(signature.getReturnType()) ?? signature.getReturnType());
}

/** The type of a member, or undefined if there is none. */
export function memberOf(checker, type, name) {
  const symbol = checker.getPropertyOfType(type, name);
  return symbol && checker.getTypeOfSymbol(symbol);
}
