import { describe, expect, it } from 'vitest';
import { templateProblem } from './check-template';
import { defaultEmailTemplate } from './default-email-templates';
import { defaultSmsTemplates } from './default-sms-templates';
import {
  commonVariables,
  emailCommonVariables,
  emailTemplateVariables,
  isEmailTemplate,
  isSmsTemplate,
  smsTemplateVariables,
} from './template-variables';

const variables = new Set(['code', 'userName', 'timestamp']);

describe('templateProblem', () => {
  it.each([
    'Hello {{userName}}',
    '{{#if userName}}Hi {{userName}}{{else if code}}x{{else}}Hello{{/if}}',
    '{{#unless (eq userName "Ada")}}{{formatDate timestamp}}{{/unless}}',
    '{{#if (and userName (or code (gt timestamp 5)))}}x{{/if}}',
    '{{! a comment }}{{!-- another }} --}}\\{{code}}',
    '{{~code~}}',
    '',
  ])('takes %s', (source) => {
    expect(templateProblem(source, 'html', variables)).toBeUndefined();
  });

  it.each([
    ['{{#if code}}', /no valid template/],
    ['line\n{{code', /line 2/],
    ['{{cod}}', /'cod', which is no variable/],
    ['{{userName.length}}', /not the name of a variable/],
    ['{{../code}}', /not the name of a variable/],
    ['{{this}}', /not the name of a variable/],
    ['{{.}}', /not the name of a variable/],
    ['{{@root.code}}', /not the name of a variable/],
    ['{{constructor}}', /'constructor', which is no variable/],
    ['{{__proto__}}', /'__proto__', which is no variable/],
    ['{{#each userName}}x{{/each}}', /calls 'each'/],
    ['{{#with userName}}x{{/with}}', /calls 'with'/],
    ['{{lookup userName "x"}}', /calls 'lookup'/],
    ['{{log "x"}}', /calls 'log'/],
    ['{{helperMissing "x"}}', /calls 'helperMissing'/],
    ['{{#userName}}x{{/userName}}', /block without a condition/],
    ['{{^userName}}x{{/userName}}', /block without a condition/],
    ['{{#if code as |x|}}{{x}}{{/if}}', /block parameters|which is no variable/],
    ['{{eq}}', /without arguments/],
    ['{{userName code}}', /calls 'userName'/],
    ['{{formatDate (userName code)}}', /calls 'userName'/],
    ['{{> layout}}', /another template/],
    ['{{#> layout}}x{{/layout}}', /another template/],
    ['{{* decorator}}', /decorator/],
    ['{{#* inline "x"}}y{{/inline}}', /decorator/],
    ['{{{code}}}', /without escaping/],
    ['{{&code}}', /without escaping/],
    ['{{#if}}x{{/if}}', /block without a condition/],
    ['{{#if code userName}}x{{/if}}', /cannot be rendered/],
  ])('refuses %s', (source, problem) => {
    expect(templateProblem(source, 'html', variables)).toMatch(problem);
  });

  it('lets text stand without escaping where there is no HTML', () => {
    expect(templateProblem('{{{code}}}', 'text', variables)).toBeUndefined();
  });

  it('finds nothing in what comes with the toolkit', () => {
    for (const name of Object.keys(emailTemplateVariables).filter(isEmailTemplate)) {
      const known = new Set<string>([
        ...commonVariables,
        ...emailCommonVariables,
        ...emailTemplateVariables[name],
      ]);
      const { subject, html, text } = defaultEmailTemplate(name);
      expect([
        templateProblem(subject, 'text', known),
        templateProblem(html, 'html', known),
        templateProblem(text, 'text', known),
      ]).toEqual([undefined, undefined, undefined]);
    }
    for (const name of Object.keys(smsTemplateVariables).filter(isSmsTemplate)) {
      const known = new Set<string>([...commonVariables, ...smsTemplateVariables[name]]);
      expect(templateProblem(defaultSmsTemplates[name], 'text', known)).toBeUndefined();
    }
  });
});
