/**
 * The caller's transaction: a TypeORM `EntityManager` or `QueryRunner`, or a `pg` client. Its type is checked at run time.
 */
export type Tx = unknown;
