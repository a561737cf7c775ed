/**
 * The transaction of the caller, as the driver or mapper of the host hands it out: a TypeORM `EntityManager` or `QueryRunner`,
 * or a `pg` client. What it really is is checked when it is used.
 */
export type Tx = unknown;
