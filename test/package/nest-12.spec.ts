import { expect, it } from 'vitest';
import { commonDependencies, describeConsumer } from './consumer-suite';

describeConsumer(
  {
    nest: 12,
    shim: 'express',
    dependencies: {
      ...commonDependencies,
      '@nestjs/common': '^12.0.0',
      '@nestjs/core': '^12.0.0',
      '@nestjs/jwt': '^12.0.0',
      '@nestjs/platform-express': '^12.0.0',
      '@nestjs/typeorm': '^12.0.0',
      express: '^5.0.0',
      '@types/express': '^5.0.0',
      typescript: '~6.0.3',
    },
  },
  (folder) => {
    it('uses the client on a page, where there are no types of Node', async () => {
      const { code, stdout } = await folder.checkWebPage();
      expect(stdout).toBe('');
      expect(code).toBe(0);
    });
  },
);
