/** Injection token of the TypeORM data source of this module. */
export const NOTIFICATION_DATA_SOURCE = Symbol('NOTIFICATION_DATA_SOURCE');
