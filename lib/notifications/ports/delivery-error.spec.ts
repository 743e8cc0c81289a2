import { describe, expect, it } from 'vitest';
import { DeliveryError, toDeliveryError } from './delivery-error';

const withMarks = (marks: object): Error => Object.assign(new Error('canary@example.com 918273'), marks);

describe('toDeliveryError', () => {
  it.each<[string, unknown, string]>([
    ['an error that says it', new DeliveryError('unknown', 'x'), 'unknown: x'],
    ['a plain error', withMarks({}), 'not-sent: Error'],
    ['HTTP 500', withMarks({ status: 500 }), 'not-sent: HTTP 500'],
    ['HTTP 504', withMarks({ statusCode: 504 }), 'unknown: HTTP 504'],
    ['HTTP 429', withMarks({ response: { status: 429 } }), 'not-sent: HTTP 429'],
    ['HTTP 404', withMarks({ $metadata: { httpStatusCode: 404 } }), 'refused: HTTP 404'],
    [
      'an answer that could not be read',
      withMarks({ $metadata: { httpStatusCode: 200 } }),
      'unknown: HTTP 200',
    ],
    ['nobody there', withMarks({ code: 'ECONNREFUSED' }), 'not-sent: ECONNREFUSED'],
    ['nobody there, below', withMarks({ cause: { code: 'ENOTFOUND' } }), 'not-sent: ENOTFOUND'],
    ['a connection that broke', withMarks({ code: 'ECONNRESET' }), 'unknown: ECONNRESET'],
    ['a time limit', withMarks({ name: 'TimeoutError' }), 'unknown: TimeoutError'],
    ['a code that is text', withMarks({ code: '550 <canary@example.com>' }), 'not-sent: Error'],
    ['a status that is none', withMarks({ status: 7 }), 'not-sent: Error'],
    ['a text', 'canary@example.com', 'not-sent: string'],
    ['nothing', undefined, 'not-sent: undefined'],
  ])('%s', (_, error, expected) => {
    const known = toDeliveryError(error);
    expect(`${known.outcome}: ${known.reason}`).toBe(expected);
    expect(known.message).not.toMatch(/canary|918273/);
  });

  it('keeps a reason short and plain', () => {
    expect(new DeliveryError('refused', 'a@b\r\n<script>' + 'x'.repeat(99)).reason).toMatch(
      /^[A-Za-z0-9 _.-]{60}$/,
    );
  });
});
