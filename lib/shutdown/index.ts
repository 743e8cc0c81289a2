export * from './graceful-shutdown.service';
export * from './shutdown.options';
