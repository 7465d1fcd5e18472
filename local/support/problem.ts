/** Something that the person at the keyboard has to mend: shown as its sentence alone, without a stack trace. */
export class Problem extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "Problem";
  }
}
