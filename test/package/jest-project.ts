import type { ConsumerFolder } from './consumer-folder';
import type { RunResult } from './run';

/** As `nest new` of Nest 11 writes it into package.json. */
const jestOptions = {
  moduleFileExtensions: ['js', 'json', 'ts'],
  rootDir: 'src',
  testRegex: '.*\\.spec\\.ts$',
  transform: { '^.+\\.(t|j)s$': 'ts-jest' },
  testEnvironment: 'node',
};

/** As `nest new` of Nest 11 writes it into tsconfig.json. */
const compilerOptions = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  resolvePackageJsonExports: true,
  esModuleInterop: true,
  isolatedModules: true,
  declaration: true,
  removeComments: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  allowSyntheticDefaultImports: true,
  target: 'ES2023',
  skipLibCheck: true,
  strictNullChecks: true,
};

const spec = `
import { randomBytes } from 'node:crypto';
import { AuthModule, AuthService, NAuthException } from '@nauth-toolkit/nestjs';
import { Test, TestingModule } from '@nestjs/testing';

const secret = () => randomBytes(48).toString('base64');

describe('AuthService', () => {
  let module: TestingModule;
  let authService: AuthService;

  beforeEach(async () => {
    module = await Test.createTestingModule({
      imports: [
        AuthModule.forRoot({
          database: { type: 'sqlite', url: ':memory:' },
          jwt: { accessToken: { secret: secret() }, refreshToken: { secret: secret() } },
          password: { bcryptCost: 4 },
        }),
      ],
    }).compile();
    await module.init();
    authService = module.get(AuthService);
  });

  afterEach(() => module.close());

  it('signs up and signs in', async () => {
    await authService.signup({ email: 'ada@example.com', password: 'correct horse battery staple' });
    const answer = await authService.login({
      identifier: 'ada@example.com',
      password: 'correct horse battery staple',
    });
    expect(answer.user.email).toBe('ada@example.com');
    expect(answer.accessToken).toBeDefined();
  });

  it('refuses a wrong password', async () => {
    const login = authService.login({ identifier: 'nobody@example.com', password: 'x' });
    await expect(login).rejects.toBeInstanceOf(NAuthException);
  });
});
`;

/** Runs a unit test of an application of Nest 11 with the Jest that comes with it. Its report is on stderr. */
export function runJest(folder: ConsumerFolder): Promise<RunResult> {
  folder.write('jest.config.json', jestOptions);
  folder.write('tsconfig.json', { compilerOptions });
  folder.write('src/auth.service.spec.ts', spec);
  return folder.tool('jest/bin/jest.js', ['--config', 'jest.config.json', '--rootDir', 'src']);
}
