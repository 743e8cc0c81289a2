import Handlebars from 'handlebars';
import { toCleanText } from '../../common';
import { compileTemplate, helperNames, type TemplateSink } from './template-engine';

/**
 * Why a template of the application cannot be used, or undefined. Templates have variables, the helpers of the engine and
 * `if` and `unless`; nothing that leads to other objects or other templates, and in HTML no variable without escaping.
 */
export function templateProblem(
  source: string,
  sink: TemplateSink,
  variables: ReadonlySet<string>,
): string | undefined {
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(source);
  } catch (error) {
    return `is no valid template${lineOf(error)}`;
  }
  const inspection = new Inspection(sink, variables);
  inspection.accept(program);
  if (inspection.problem !== undefined) return inspection.problem;
  try {
    // Compilation takes place at the first use: only then all helpers are looked up.
    compileTemplate(source, sink)({}, { locale: 'en', timezone: 'UTC' });
  } catch {
    return 'cannot be rendered; check the arguments of its helpers';
  }
  return undefined;
}

function lineOf(error: unknown): string {
  const line = error instanceof Error ? /line (\d+)/i.exec(error.message)?.[1] : undefined;
  return line === undefined ? '' : `: look at line ${line}`;
}

/** Remembers the first thing in a template that is not allowed. */
class Inspection extends Handlebars.Visitor {
  problem: string | undefined;

  constructor(
    private readonly sink: TemplateSink,
    private readonly variables: ReadonlySet<string>,
  ) {
    super();
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    if (this.sink === 'html' && !node.escaped) {
      this.refuse(node, 'shows a variable without escaping; write {{name}} with two braces');
    }
    this.checkCall(node);
    super.MustacheStatement(node);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    if (node.params.length === 0) this.refuse(node, 'has a block without a condition; write {{#if name}}');
    if (node.program?.blockParams?.length) this.refuse(node, 'has block parameters, which are not supported');
    this.checkCall(node);
    super.BlockStatement(node);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.checkCall(node);
    super.SubExpression(node);
  }

  override PathExpression(node: hbs.AST.PathExpression): void {
    const name = node.original;
    if (node.data || node.depth > 0 || node.parts.length !== 1 || name !== node.parts[0]) {
      this.refuse(node, 'uses something that is not the name of a variable');
    } else if (!this.variables.has(name) && !helperNames.includes(name)) {
      this.refuse(node, `uses '${toCleanText(name, 40)}', which is no variable of it`);
    }
  }

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.refuse(node, 'includes another template, which is not supported');
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.refuse(node, 'includes another template, which is not supported');
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    this.refuse(node, 'has a decorator, which is not supported');
  }

  override Decorator(node: hbs.AST.Decorator): void {
    this.refuse(node, 'has a decorator, which is not supported');
  }

  /** Arguments make a call of what would be a variable without them. */
  private checkCall(node: {
    path: unknown;
    params: unknown[];
    hash?: hbs.AST.Hash;
    loc: hbs.AST.SourceLocation;
  }): void {
    const name = originalOf(node.path);
    const isCall = node.params.length > 0 || (node.hash?.pairs.length ?? 0) > 0;
    if (isCall && !helperNames.includes(name)) {
      this.refuse(node, `calls '${toCleanText(name, 40)}'; known helpers are ${helperNames.join(', ')}`);
    }
    if (!isCall && helperNames.includes(name)) this.refuse(node, `calls '${name}' without arguments`);
  }

  private refuse(node: { loc: hbs.AST.SourceLocation }, problem: string): void {
    this.problem ??= `${problem} (line ${node.loc.start.line})`;
  }
}

function originalOf(path: unknown): string {
  const name: unknown = typeof path === 'object' && path !== null ? Reflect.get(path, 'original') : undefined;
  return typeof name === 'string' ? name : '';
}
