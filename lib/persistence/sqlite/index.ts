export * from './load-sqlite-driver';
export * from './serial-lock';
export * from './serial-scope';
export * from './serialize-data-source';
