/** One run of Yosys: a fresh instance in a file system of its own, which holds these files and Yosys' own. */
export interface YosysJob {
  readonly id: number;
  /** By path, `/` between folders. */
  readonly files: Readonly<Record<string, string>>;
  /** Commands, one a line; what they print without `-q` goes to `output`. */
  readonly script: string;
}

export interface YosysResult {
  readonly id: number;
  readonly isDone: boolean;
  /** Standard output: what `write_json` and its kin print. */
  readonly output: string;
  /** Warnings and errors. */
  readonly messages: string;
  readonly milliseconds: number;
  /** Processor time of the process: what the run takes on an idle machine. */
  readonly processorMilliseconds: number;
  /** Of the process, at the end of the run. */
  readonly residentBytes: number;
  /** Of the process, once the run's memory is freed. */
  readonly keptBytes: number;
}
