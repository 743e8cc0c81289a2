import { join } from 'node:path';
import { run } from './run';

export const repository = join(__dirname, '..', '..');

export interface Tarball {
  name: string;
  /** Of the package, from the root of the repository. */
  folder: string;
  file: string;
  /** What is in it, from the root of the package. */
  paths: string[];
}

interface PackReport {
  name: string;
  filename: string;
  files: { path: string }[];
}

/** Folders of the packages that are published. */
export const packageFolders = ['.', 'shims/express', 'shims/fastify', 'client'] as const;

/** Packs every published package as it is on disk. */
export function packAll(destination: string): Promise<Tarball[]> {
  return Promise.all(
    packageFolders.map(async (folder) => {
      const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
      const { stdout } = await run('npm', args, { cwd: join(repository, folder) });
      const [report]: PackReport[] = JSON.parse(stdout);
      if (!report) throw new Error(`npm pack said nothing of ${folder}`);
      return {
        name: report.name,
        folder,
        file: join(destination, report.filename),
        paths: report.files.map(({ path }) => path),
      };
    }),
  );
}
