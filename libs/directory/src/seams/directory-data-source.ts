/** Injection token of the TypeORM data source of the directory. */
export const DIRECTORY_DATA_SOURCE = Symbol('DIRECTORY_DATA_SOURCE');
