export { AccountNotices, type NoticeOwner } from './account-notices.service';
export { Admission } from './admission';
export type { EmailCode, EmailNotice, Notification, SmsCode } from './notification';
export * from './notification.options';
export { notificationProviders } from './notification.providers';
export { Notifier, type AdmissionRequest } from './notifier.service';
export { originOf } from './origin-of';
export { OutboxSender, type DeliveryCounts } from './outbox/outbox-sender.service';
export * from './outbox/outbox.repository';
export { DeliveryError, type DeliveryOutcome } from './ports/delivery-error';
export * from './ports/email-provider';
export * from './ports/message';
export * from './ports/send-guard';
export * from './ports/sms-provider';
export * from './providers/aws-sns-sms.provider';
export * from './providers/console-email.provider';
export * from './providers/console-sms.provider';
export * from './providers/nodemailer-email.provider';
export type { MailTransporter, SesOptions, SmtpOptions } from './providers/nodemailer-types';
export * from './providers/twilio-sms.provider';
export { templateProblem } from './templates/check-template';
export {
  commonVariables,
  emailCommonVariables,
  emailTemplateVariables,
  isEmailTemplate,
  isSmsTemplate,
  smsTemplateVariables,
} from './templates/template-variables';
export type {
  CodeVariables,
  EmailCodeTemplate,
  EmailNoticeTemplate,
  EmailTemplateName,
  EmailTemplateVariables,
  OriginVariables,
  SmsTemplateName,
  SmsTemplateVariables,
  SuppressibleNotice,
} from './templates/template-variables';
