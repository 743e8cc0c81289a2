import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { RESOLVED_CONFIG, type ResolvedConfig } from '../config';
import { coreProviders } from '../core.providers';

/** The core without an HTTP application around it. */
@Module({})
export class HeadlessModule {
  static with(config: ResolvedConfig, dataSource: DataSource | undefined): DynamicModule {
    const given: Provider[] = [{ provide: RESOLVED_CONFIG, useValue: config }];
    if (dataSource) given.push({ provide: getDataSourceToken(), useValue: dataSource });
    return { module: HeadlessModule, providers: [...given, ...coreProviders] };
  }
}
