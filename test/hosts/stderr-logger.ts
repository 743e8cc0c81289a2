import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Standard output has the one line that says where the server is; everything else goes to standard error. */
export class StderrLogger extends ConsoleLogger {
  protected override printMessages(messages: unknown[], context?: string, logLevel?: LogLevel): void {
    super.printMessages(messages, context, logLevel, 'stderr');
  }
}
