/** Injection token of the TypeORM data source that the directory works with. */
export const DIRECTORY_DATA_SOURCE = Symbol('DIRECTORY_DATA_SOURCE');
