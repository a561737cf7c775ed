import type pg from 'pg';

/** The sections of a schema text: one query per kind of object, which returns finished lines in a stable order. */
const SECTIONS: readonly (readonly [title: string, sql: string])[] = [
  [
    'Tables',
    `SELECT format(E'%s %s%s\\n%s', CASE WHEN c.relispartition THEN 'PARTITION' ELSE 'TABLE' END, c.oid::regclass,
        coalesce(' PARTITION BY ' || pg_get_partkeydef(c.oid), '') || coalesce(' ' || pg_get_expr(c.relpartbound, c.oid), '')
        || coalesce(' WITH (' || array_to_string(ARRAY(SELECT unnest(c.reloptions) ORDER BY 1), ', ') || ')', ''),
        (SELECT string_agg(format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || co.collname ELSE '' END,
            CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
            CASE WHEN a.attidentity <> '' THEN ' IDENTITY' WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END),
            E'\\n' ORDER BY a.attnum)
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation co ON co.oid = a.attcollation
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)) AS line
     FROM pg_class c WHERE c.relnamespace = ANY ($1) AND c.relkind IN ('r', 'p') AND c.relname !~ '_[0-9]{4}_?[0-9]{2,4}$' ORDER BY c.oid::regclass::text COLLATE "C"`,
  ],
  [
    'Constraints',
    // PostgreSQL 18 lists NOT NULL as a constraint; the columns show it already.
    `SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS line
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
     WHERE c.relnamespace = ANY ($1) AND k.contype <> 'n' AND c.relname !~ '_[0-9]{4}_?[0-9]{2,4}$' ORDER BY conrelid::regclass::text COLLATE "C", conname`,
  ],
  [
    'Indexes',
    `SELECT pg_get_indexdef(i.indexrelid) AS line FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = ANY ($1) AND NOT i.indisprimary AND c.relname !~ '_[0-9]{4}_?[0-9]{2,4}$' ORDER BY i.indexrelid::regclass::text COLLATE "C"`,
  ],
  [
    'Row-level security',
    `SELECT format('%s %s', c.oid::regclass, CASE WHEN c.relforcerowsecurity THEN 'FORCED' ELSE 'ENABLED' END) AS line
     FROM pg_class c WHERE c.relnamespace = ANY ($1) AND c.relrowsecurity AND c.relname !~ '_[0-9]{4}_?[0-9]{2,4}$'
     UNION ALL
     SELECT format('%s POLICY %s TO %s USING %s CHECK %s', p.polrelid::regclass, p.polname,
        CASE WHEN p.polroles = '{0}' THEN 'PUBLIC' ELSE (SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles)) END,
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
     FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = ANY ($1)
     ORDER BY 1`,
  ],
  [
    'Triggers',
    `SELECT pg_get_triggerdef(t.oid) AS line FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE c.relnamespace = ANY ($1) AND NOT t.tgisinternal ORDER BY 1`,
  ],
  [
    'Functions',
    // The file of the function has its body; the hash shows a change.
    `SELECT format('%s RETURNS %s %s%s OWNER %s BODY %s', p.oid::regprocedure, pg_get_function_result(p.oid),
        CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END, coalesce(' SET ' || array_to_string(p.proconfig, ', '), ''), r.rolname, md5(p.prosrc)) AS line
     FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.pronamespace = ANY ($1) ORDER BY p.oid::regprocedure::text COLLATE "C"`,
  ],
  [
    'Grants',
    `SELECT line FROM (
       SELECT format('%s TO %s ON %s', string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type), coalesce(g.rolname, 'PUBLIC'), c.oid::regclass) AS line
       FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
       WHERE c.relnamespace = ANY ($1) AND x.grantee <> c.relowner GROUP BY c.oid, g.rolname
       UNION ALL
       SELECT format('%s (%s) TO %s ON %s', x.privilege_type, string_agg(a.attname, ', ' ORDER BY a.attnum), g.rolname, a.attrelid::regclass)
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid CROSS JOIN LATERAL aclexplode(a.attacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
       WHERE c.relnamespace = ANY ($1) GROUP BY a.attrelid, x.privilege_type, g.rolname
       UNION ALL
       SELECT format('EXECUTE TO %s ON %s', coalesce(g.rolname, 'PUBLIC'), p.oid::regprocedure)
       FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
       WHERE p.pronamespace = ANY ($1) AND x.grantee <> p.proowner
       UNION ALL
       SELECT format('%s TO %s ON SCHEMA %s', string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type), coalesce(g.rolname, 'PUBLIC'), n.nspname)
       FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
       WHERE n.oid = ANY ($1) AND x.grantee <> n.nspowner GROUP BY n.nspname, g.rolname
     ) all_grants ORDER BY line COLLATE "C"`,
  ],
];

/** Describes schemas `sse` and `herald` from the catalog, the same way on every supported version of PostgreSQL. */
export async function schemaText(client: pg.Client): Promise<string> {
  const schemas = await client.query<{ oids: number[] }>(
    `SELECT array_agg(oid) AS oids FROM pg_namespace WHERE nspname IN ('sse', 'herald')`,
  );
  const parts = [
    '-- Schemas sse and herald as the migrations leave them, for reading and for reviews. Written from the catalog:',
    '-- npm run schema',
  ];
  for (const [title, sql] of SECTIONS) {
    const { rows } = await client.query<{ line: string }>(sql, [schemas.rows[0]?.oids ?? []]);
    parts.push('', `-- ${title}`, ...rows.map((row) => row.line));
  }
  return `${parts.join('\n')}\n`;
}
