/** Something that whoever started the harness can correct. Its message is all that is printed. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
