export * from './field-decorators';
export * from './moment';
export * from './optional-field';
export * from './query-decorators';
export * from './validate-dto';
