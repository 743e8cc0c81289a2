import { DeliveryError, toDeliveryError } from '../ports/delivery-error';

/**
 * What an error of nodemailer says of a message.
 * @param mayHaveArrived whether the server may have got the text of the message
 */
export function smtpOutcome(error: unknown, mayHaveArrived: boolean): DeliveryError {
  const reply: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : undefined;
  if (typeof reply === 'number') return fromReply(error, reply);
  const known = toDeliveryError(error);
  if (mayHaveArrived) {
    // SES and other services are asked over HTTP, which tells as much as a reply of a mail server.
    const isCertain = /^HTTP/.test(known.reason) || /^(?:ECONNREFUSED|ENOTFOUND|EAI_)/.test(known.reason);
    return isCertain ? known : new DeliveryError('unknown', known.reason, { cause: error });
  }
  return new DeliveryError('not-sent', known.reason, { cause: error });
}

function fromReply(error: unknown, reply: number): DeliveryError {
  const read = (key: string): unknown => (error instanceof Error ? Reflect.get(error, key) : undefined);
  // Of the replies in the 500s, only those to the recipient or the text are about the message. Wrong credentials and
  // refused senders are put right by an operator.
  const isAboutMessage =
    ['EENVELOPE', 'EMESSAGE'].includes(String(read('code'))) && read('command') !== 'MAIL FROM';
  const outcome = reply >= 500 && isAboutMessage ? 'refused' : 'not-sent';
  return new DeliveryError(outcome, `SMTP ${reply}`, { cause: error });
}
