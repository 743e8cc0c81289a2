import { expect, it } from 'vitest';
import { commonDependencies, describeConsumer } from './consumer-suite';
import { runJest } from './jest-project';

describeConsumer(
  {
    nest: 11,
    shim: 'fastify',
    dependencies: {
      ...commonDependencies,
      '@nestjs/common': '^11.0.0',
      '@nestjs/core': '^11.0.0',
      '@nestjs/jwt': '^11.0.0',
      '@nestjs/platform-express': '^11.0.0',
      '@nestjs/testing': '^11.0.0',
      '@nestjs/typeorm': '^11.0.0',
      fastify: '^5.8.5',
      '@types/jest': '^30.0.0',
      jest: '^30.0.0',
      'ts-jest': '^29.4.0',
      typescript: '~5.9.0',
    },
  },
  (folder) => {
    it('runs the unit test of an application with the Jest that Nest 11 comes with', async () => {
      const { code, stderr } = await runJest(folder);
      expect(stderr).toContain('Tests:       2 passed, 2 total');
      expect(code).toBe(0);
    });
  },
);
