/** YAML or JSON text to plain data, with limits that keep hostile text cheap; knows nothing of what the data mean. */
import { Lexer, LineCounter, parseDocument } from "yaml";
import { ConfigError } from "../base/errors.ts";

// A complete configuration has some 3 kB and 1,000 lexemes.
const MAX_BYTES = 1 << 20;
// The parser's time grows with the square of some nestings: at this length they cost milliseconds.
const MAX_LEXEMES = 20_000;
// Nor is a single one of this length of any use.
const MAX_LEXEME = 1 << 16;
const MAX_ALIASES = 100;

/**
 * Reads one document of YAML 1.2 (core schema), which JSON is part of.
 *
 * **Details** No merge keys, no tags but those of the core schema, no key twice, 100 aliases, 1 MB.
 *
 * @param from - where the text comes from, as messages name it.
 * @throws {@link ConfigError} if it is no such document; the message has line and column.
 */
export function readYaml(text: string, from: string): unknown {
  checkSize(text, from);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    logLevel: "error",
    prettyErrors: false, // an excerpt for each of many errors in one long line takes minutes
    lineCounter,
  });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw notYaml(from, `${problem.message} (line ${line}, column ${col})`, problem);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw notYaml(from, error instanceof Error ? error.message : String(error), error);
  }
  if (hasCircle(value)) throw notYaml(from, "an alias inside its own anchor");
  return value;
}

function hasCircle(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}

function checkSize(text: string, from: string): void {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw notYaml(from, `${Buffer.byteLength(text)} bytes, which is more than a configuration has`);
  }
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) throw notYaml(from, `more than ${MAX_LEXEMES} words and signs`);
    if (lexeme.length > MAX_LEXEME) {
      throw notYaml(from, `a text or number of ${lexeme.length} characters`);
    }
  }
}

function notYaml(from: string, got: string, cause?: unknown): ConfigError {
  return new ConfigError(
    "not-yaml",
    `${from} must be a document of YAML or JSON, got: ${got.trim()}`,
    {
      fix: 'write for example "steps: 100", a setting a line, those of a part indented below its name',
      cause,
    },
  );
}
