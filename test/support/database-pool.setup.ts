import { beginRun } from './database-pool';

/** Suites on servers share databases one after another; the last step of the run drops them. */
export default function databasePool(): () => Promise<void> {
  return beginRun();
}
