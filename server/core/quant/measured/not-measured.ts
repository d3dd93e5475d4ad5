/** A sentence why there is nothing to measure. */
export class NotMeasured extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "NotMeasured";
  }
}
