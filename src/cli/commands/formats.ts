/** `entlaw formats`: what can be read. */
import { EntlawCommand } from "../entlaw-command.ts";

export default class Formats extends EntlawCommand {
  static override summary = "List the log formats that can be read.";
  static override description =
    "The format of a log is recognised by its content, not by its name; --format of the other commands overrides the guess.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --json",
  ];

  override async run(): Promise<unknown> {
    await this.parse(Formats);
    const { describeFormats } = await import("../../ingest/formats.ts");
    const { formatsText } = await import("../../report/text/formats-text.ts");
    const formats = describeFormats();
    this.log(formatsText(formats));
    return { formats };
  }
}
