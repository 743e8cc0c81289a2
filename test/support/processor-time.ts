/**
 * Processor time that this process spends on the work, its hashing threads included, in milliseconds. Unlike the time on
 * the wall it does not grow because other processes want the processor too.
 */
export async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
