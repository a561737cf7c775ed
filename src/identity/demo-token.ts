import { createSecretKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Settings } from '../config/settings.js';
import { DEMO_TOPICS, type DemoPerson } from '../demo/company/fixed-people.js';

/** How long a demo sign-in is valid: a working day; milliseconds. */
export const DEMO_SESSION_MS = 8 * 60 * 60 * 1000;

/** A signed access token. */
export interface DemoToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

/**
 * Signs the claims for a demo person with the secret that verifies tokens, so the service checks a demo token
 * like any other.
 *
 * @throws Error when tokens are verified with public keys. `readSettings` switches the demo off in this case.
 */
export async function demoToken(settings: Settings, tenantId: string, person: DemoPerson): Promise<DemoToken> {
  const { keys, issuer, audience } = settings.jwt;
  if (keys.kind !== 'secret')
    throw new Error('The demo sign-in cannot sign tokens with a public key. Set JWT_SECRET, or DEMO=false.');
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + DEMO_SESSION_MS / 1000;
  const token = new SignJWT({
    tenant_id: tenantId,
    name: person.name,
    roles: person.roles,
    permissions: person.permissions,
    topics: DEMO_TOPICS,
    sid: randomUUID(),
  })
    .setProtectedHeader({ alg: settings.jwt.algorithms[0] ?? 'HS256', typ: 'at+jwt' })
    .setSubject(person.id)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  const accessToken = await token.sign(createSecretKey(Buffer.from(keys.secret)));
  return { accessToken, expiresAt: new Date(expiresAt * 1000) };
}
