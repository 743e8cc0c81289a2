// Import direction of lib/: a folder may import from its own layer and from those before it, never from one after it.
const layers = [
  ['common', 'contracts'],
  ['errors'],
  ['context', 'storage', 'notifications', 'audit', 'hooks', 'shutdown'],
  ['rate-limit', 'lockout', 'users'],
  ['password', 'tokens', 'validation'],
  ['sessions', 'devices'],
  ['challenges'],
  ['verification', 'mfa', 'social', 'risk'],
  ['auth', 'admin'],
  ['pipeline'],
  ['routes'],
  ['nest'],
];

const directionZones = layers.flatMap((layer, index) =>
  layer.map((folder) => ({
    target: `./lib/${folder}`,
    from: [
      ...layers
        .slice(index + 1)
        .flat()
        .map((later) => `./lib/${later}`),
      './lib/config',
      './lib/persistence',
    ],
    message: `lib/${folder} may not import from a later layer: declare a port and let the later layer register itself.`,
  })),
);

module.exports = {
  root: true,
  parser: '@typescript-eslint/parser',
  parserOptions: {
    project: ['./tsconfig.json', './sample/04-web/tsconfig.json'],
    tsconfigRootDir: __dirname,
    sourceType: 'module',
  },
  plugins: ['@typescript-eslint', 'import'],
  extends: ['eslint:recommended', 'plugin:@typescript-eslint/recommended', 'prettier'],
  env: { node: true, es2022: true },
  ignorePatterns: [
    'dist',
    '.build',
    'node_modules',
    '*.js',
    '*.mjs',
    '*.mts',
    '!/vitest.config.mts',
    'coverage',
  ],
  settings: { 'import/resolver': { typescript: { project: './tsconfig.json' } } },
  rules: {
    'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'no-restricted-properties': [
      'error',
      {
        property: 'enterWith',
        message: 'Leaks one request into the next on a kept-alive socket: use AsyncLocalStorage.run.',
      },
      { object: 'Math', property: 'random', message: 'Use node:crypto.' },
    ],
    'no-control-regex': 'off',
    eqeqeq: ['error', 'always'],
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    '@typescript-eslint/no-require-imports': 'error',
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    '@typescript-eslint/no-restricted-types': ['error', { types: { Function: 'Name the signature.' } }],
    'no-restricted-syntax': [
      'error',
      {
        selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
        message: 'No casts through unknown.',
      },
      { selector: 'Identifier[name="forwardRef"]', message: 'Declare a port instead.' },
    ],
    'import/no-cycle': ['error', { ignoreExternal: true }],
    'import/no-restricted-paths': [
      'error',
      {
        zones: [
          ...directionZones,
          {
            target: './shims',
            from: './lib',
            except: ['./index.ts'],
            message: 'Shims import the public API only.',
          },
          {
            target: './client',
            from: './lib',
            except: ['./contracts'],
            message: 'The client shares wire types only.',
          },
          {
            target: './client',
            from: './shims',
            message: 'The client has no dependency on the server packages.',
          },
        ],
      },
    ],
  },
  overrides: [
    {
      // Nest reads constructor parameter types at run time: an inline type import there would erase them.
      files: ['lib/**/*.ts', 'sample/**/*.ts', 'test/**/*.ts'],
      rules: { '@typescript-eslint/consistent-type-imports': 'off' },
    },
    {
      // Specs put layers together as the composition root does.
      files: ['**/*.spec.ts', '**/*.fixture.ts', 'test/**/*.ts'],
      rules: { 'max-lines': 'off', 'import/no-restricted-paths': 'off' },
    },
  ],
};
