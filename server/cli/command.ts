/** One subcommand of `ridgepoint`; a file each. */
export interface Command {
  readonly name: string;
  /** One line for `ridgepoint --help`. */
  readonly summary: string;
  /** Text of `ridgepoint NAME --help`. */
  readonly usage: string;
  /** Answers the exit status: 0 analysed, 1 the input could not be analysed, 2 the call's words are wrong. */
  readonly run: (words: readonly string[]) => Promise<number>;
}
