/** Engines that share one SQL dialect. MariaDB counts as mysql. */
export type DatabaseFamily = 'postgres' | 'mysql' | 'sqlite';
