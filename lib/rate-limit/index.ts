export * from './counters';
export * from './limit-subject';
export * from './network-limits.service';
export * from './rate-limit';
export * from './rate-limit-exceeded';
export * from './rate-limiter.service';
export * from './rate-limits.options';
export * from './resilient-counters';
