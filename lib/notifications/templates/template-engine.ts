import Handlebars from 'handlebars';
import type { TemplateValue } from '../ports/message';
import { formatMoment } from './format-moment';

/** Where variables end up: in HTML, where they are escaped, or in plain text. */
export type TemplateSink = 'html' | 'text';

/** What a text depends on besides its variables. */
export interface RenderOptions {
  locale: string;
  timezone: string;
}

export type RenderTemplate = (
  variables: Readonly<Record<string, TemplateValue>>,
  options: RenderOptions,
) => string;

const truthy = (values: unknown[]): boolean[] => values.slice(0, -1).map(Boolean);

/** What templates may call, besides `if` and `unless`. Handlebars gives each its own options as last argument. */
const helpers: Record<string, Handlebars.HelperDelegate> = {
  eq: (a: unknown, b: unknown) => a === b,
  ne: (a: unknown, b: unknown) => a !== b,
  gt: (a: unknown, b: unknown) => Number(a) > Number(b),
  lt: (a: unknown, b: unknown) => Number(a) < Number(b),
  and: (...values: unknown[]) => truthy(values).every(Boolean),
  or: (...values: unknown[]) => truthy(values).some(Boolean),
  formatDate: (value: unknown, options: Handlebars.HelperOptions) => formatted(value, options, false),
  formatDateTime: (value: unknown, options: Handlebars.HelperOptions) => formatted(value, options, true),
};

function formatted(value: unknown, options: Handlebars.HelperOptions, withTime: boolean): string {
  const data: unknown = options?.data;
  const text = (key: string): string => {
    const found: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
    return typeof found === 'string' ? found : '';
  };
  return formatMoment(value, { locale: text('locale'), timezone: text('timezone') }, withTime);
}

/** An engine of our own: what the application registers with its Handlebars does not reach these templates. */
const engine = Handlebars.create();
for (const name of ['each', 'with', 'lookup', 'log', 'helperMissing', 'blockHelperMissing']) {
  engine.unregisterHelper(name);
}
engine.registerHelper(helpers);

export const helperNames: readonly string[] = ['if', 'unless', ...Object.keys(helpers)];

const knownHelpers: KnownHelpers = {
  ...Object.fromEntries(helperNames.map((name) => [name, true])),
  ...{ each: false, with: false, lookup: false, log: false, helperMissing: false, blockHelperMissing: false },
};

/**
 * A template as a function. Templates are code of the application and never made of anything that a user wrote;
 * variables are values, seen without their prototypes, and in HTML escaped (R144).
 */
export function compileTemplate(source: string, sink: TemplateSink): RenderTemplate {
  const render = engine.compile(source, {
    noEscape: sink === 'text',
    knownHelpers,
    knownHelpersOnly: true,
  });
  return (variables, { locale, timezone }) =>
    render(variables, {
      data: { locale, timezone },
      allowProtoPropertiesByDefault: false,
      allowProtoMethodsByDefault: false,
      allowCallsToHelperMissing: false,
    });
}
