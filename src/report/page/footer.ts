/** The foot of every page: how to make it again, from what, and what the file holds; knows no finding. */
import { type Markup, markup } from "../markup.ts";
import { shellCommand } from "../shell-command.ts";
import { dataTable } from "./fit-tables.ts";

/** A file that the page was computed from. */
export interface InputFile {
  readonly path: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** Where a page comes from. */
export interface PageOrigin {
  /** The command line that made it, program first. */
  readonly command: readonly string[];
  /** Of entlaw. */
  readonly version: string;
  readonly inputs?: readonly InputFile[] | undefined;
}

/** Heading level 2. */
export function footer({ command, version, inputs = [] }: PageOrigin): Markup {
  const hashes = inputs.map(({ path, sha256 }) => [path, markup`<code>${sha256}</code>`]);
  return markup`<footer>
    <h2 id="again">Make it again</h2>
    <pre id="command" tabindex="0">${shellCommand(command)}</pre>
    <p>
      <button type="button" hidden data-copy="command">Copy the command</button>
      <button type="button" hidden data-copy="findings">Copy the findings as JSON</button>
    </p>
    ${hashes.length === 0 ? undefined : dataTable("Inputs", [{ name: "file" }, { name: "SHA-256" }], hashes)}
    <p class="note">
      Made by entlaw ${version}. This file holds its charts, numbers and findings (element
      <code>findings</code>, JSON) and asks for nothing from a network; the same input gives the
      same bytes.
    </p>
  </footer>`;
}
