interface PackageOfSql {
  /** Schema of its tables and functions. */
  readonly schema: 'sse' | 'herald';
  /** Packages whose tables must exist first. */
  readonly needs: readonly MigrationPackage[];
}

/** A package of Nest Herald that has tables. */
export type MigrationPackage = 'sse' | 'platform' | 'directory' | 'notifications' | 'approvals' | 'demo';

const PACKAGES: Readonly<Record<MigrationPackage, PackageOfSql>> = {
  sse: { schema: 'sse', needs: [] },
  platform: { schema: 'herald', needs: [] },
  directory: { schema: 'herald', needs: ['sse', 'platform'] },
  notifications: { schema: 'herald', needs: ['directory'] },
  approvals: { schema: 'herald', needs: ['notifications'] },
  /** The small ERP of the service's demo. */
  demo: { schema: 'herald', needs: ['platform'] },
};

/** Every package, in the order in which they are migrated. */
export const ALL_PACKAGES = Object.keys(PACKAGES) as readonly MigrationPackage[];

/**
 * The chosen packages and all that they need, each after what it needs.
 *
 * @throws TypeError for a name that is no package.
 */
export function withNeeded(chosen: readonly MigrationPackage[]): readonly MigrationPackage[] {
  const wanted = new Set<MigrationPackage>();
  const add = (name: MigrationPackage): void => {
    if (!Object.hasOwn(PACKAGES, name)) {
      throw new TypeError(`There are no migrations of "${name}". Choose from ${ALL_PACKAGES.join(', ')}.`);
    }
    PACKAGES[name].needs.forEach(add);
    wanted.add(name);
  };
  chosen.forEach(add);
  return ALL_PACKAGES.filter((name) => wanted.has(name));
}

/** The schema in which a package lives. */
export function schemaOf(name: MigrationPackage): 'sse' | 'herald' {
  return PACKAGES[name].schema;
}
