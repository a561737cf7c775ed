import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A migration that is plain SQL in both directions; the base of every file `NNNN-name.ts` here.
 *
 * Conventions: `NNNN` is 0001–0099 for `sse`, 0100–0199 for the platform, 0200–0299 for notifications, 0300–0399 for the directory, 0400–0499 for approvals;
 * the class is called `<What><1700000000000 + NNNN>`, because TypeORM orders by that number; a released file never
 * changes, a correction is a new file; it runs as `herald_owner` in a transaction of its own. That role is subject to
 * row-level security like everybody, so a migration that moves rows does it in a function owned by `herald_system`.
 * After a change run `npm run schema` and read what it did to schema.sql.
 */
export abstract class SqlMigration implements MigrationInterface {
  abstract readonly name: string;
  protected abstract readonly upSql: string;
  protected abstract readonly downSql: string;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(this.upSql);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(this.downSql);
  }
}
