import type { Admission } from './admission';
import type {
  EmailCodeTemplate,
  EmailNoticeTemplate,
  EmailTemplateName,
  EmailTemplateVariables,
  SmsTemplateName,
  SmsTemplateVariables,
} from './templates/template-variables';

interface CommonParts {
  /** Canonical e-mail address or E.164 number. */
  to: string;
  userId?: string | null;
  /** How to greet the reader; what a user wrote is safe here. */
  userName?: string | null;
  /** BCP 47 tag of the reader's language. */
  locale?: string | null;
  /** IANA name of the reader's time zone. */
  timezone?: string | null;
}

interface CodeParts extends CommonParts {
  /** Life of the code in seconds: it is not sent when it can no longer be used. */
  expiresInSeconds: number;
  /** What `Notifier.admit` answered for this recipient. */
  admission: Admission;
}

type EmailOf<Name extends EmailTemplateName, Parts> = {
  [Template in Name]: Parts & {
    channel: 'email';
    template: Template;
    variables: EmailTemplateVariables[Template];
  };
}[Name];

/** An e-mail with a code. */
export type EmailCode = EmailOf<EmailCodeTemplate, CodeParts>;
/** An e-mail that tells an account of something. */
export type EmailNotice = EmailOf<EmailNoticeTemplate, CommonParts>;
/** A text message, which always has a code. */
export type SmsCode = {
  [Template in SmsTemplateName]: CodeParts & {
    channel: 'sms';
    template: Template;
    variables: SmsTemplateVariables[Template];
  };
}[SmsTemplateName];

/** A message for `Notifier.queue`. */
export type Notification = EmailCode | EmailNotice | SmsCode;
