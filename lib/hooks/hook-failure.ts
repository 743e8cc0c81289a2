import { TimeLimitError } from './time-limit';

export interface HookFailure {
  summary: string;
  stack?: string;
}

/**
 * What a log says of a hook that failed: what kind of value was thrown and where, not its message, which may repeat what
 * the hook was given (R127). Never throws, whatever was thrown.
 */
export function describeFailure(thrown: unknown): HookFailure {
  try {
    if (thrown instanceof TimeLimitError) return { summary: thrown.message };
    if (thrown instanceof Error) {
      return { summary: `threw ${thrown.constructor.name}`, stack: framesOf(thrown) };
    }
    return { summary: `threw a value of type ${typeof thrown}` };
  } catch {
    return { summary: 'threw something that cannot be described' };
  }
}

/** The stack without the message in front of it, which may have lines that look like frames. */
function framesOf({ message, stack = '' }: Error): string {
  return stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
