/** Injection token of the TypeORM data source that this module works with. */
export const NOTIFICATION_DATA_SOURCE = Symbol('NOTIFICATION_DATA_SOURCE');
