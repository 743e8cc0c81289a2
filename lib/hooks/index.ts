export * from './hook-gate.service';
export * from './hook-payloads';
export * from './hook-registry';
export * from './hook-runner';
export * from './hook.options';
export * from './nauth-hooks';
