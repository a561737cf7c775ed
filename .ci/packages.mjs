/** The publishable packages of the repository, in the order in which they depend on each other. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param root folder of the repository.
 * @returns folder, short name and package.json of each package; a package comes after those that it depends on.
 */
export function readPackages(root = process.cwd()) {
  const packages = [...readdirSync(join(root, 'libs')).map((name) => `libs/${name}`), 'migrations']
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      name: folder.split('/').at(-1),
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
    }));
  const sorted = new Set();
  const add = (each) => {
    const { dependencies = {}, peerDependencies = {} } = each.manifest;
    const needed = { ...dependencies, ...peerDependencies };
    for (const other of packages) if (other.manifest.name in needed && !sorted.has(other)) add(other);
    sorted.add(each);
  };
  packages.forEach(add);
  return [...sorted];
}

// `--tarballs` prints the file names of `npm pack`, in the order in which the packages are published.
if (process.argv.includes('--tarballs'))
  for (const { manifest } of readPackages())
    console.log(`${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
