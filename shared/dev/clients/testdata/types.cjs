// Checks answers of @zoom/rivet against the types that it declares for them.
"use strict";
const path = require("node:path");
const ts = require("typescript");

// Answers may have more fields than the type.
const declarations = `
type Fields<T> = { [K in keyof T]: More<T[K]> } & { [more: string]: unknown };
type More<T> = T extends (infer E)[] ? More<E>[] : T extends object ? Fields<T> : T;
declare function check<R>(): <T extends More<R>>(answer: T) => void;
`;

const options = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

// findMistakes returns the first mistake of each answer, by operation. An answer is { operation, type, value }.
function findMistakes(answers) {
  const types = [...new Set(answers.map((a) => a.type))];
  const load = (module, of) => `import type { ${of.join(", ")} } from "@zoom/rivet/${module}";\n`;
  const head =
    load(
      "users",
      types.filter((t) => t.startsWith("Users")),
    ) +
    load(
      "meetings",
      types.filter((t) => !t.startsWith("Users")),
    ) +
    declarations;
  const lines = answers.map((a) => `check<${a.type}>()(${JSON.stringify(a.value)});`);
  const first = head.split("\n").length - 1; // the line of the first answer
  const mistakes = {};
  for (const { line, message } of compile(head + lines.join("\n"))) {
    mistakes[answers[line - first]?.operation ?? "the types"] ??= `type: ${message}`;
  }
  return mistakes;
}

// compile returns the mistakes in a module that is only in memory, beside the installed packages.
function compile(text) {
  const file = path.join(path.dirname(process.env.NODE_PATH), "answers.mts");
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? text : readFile(name));
  host.getSourceFile = (name, version, ...rest) =>
    name === file ? ts.createSourceFile(name, text, version) : getSourceFile(name, version, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map((mistake) => ({
    line: mistake.file?.fileName === file ? mistake.file.getLineAndCharacterOfPosition(mistake.start).line : -1,
    message: innermost(mistake.messageText),
  }));
}

// innermost returns the message that says what is wrong, and not only where.
function innermost(message) {
  while (message.next?.length) message = message.next[0];
  return message.messageText ?? message;
}

module.exports = { findMistakes };
