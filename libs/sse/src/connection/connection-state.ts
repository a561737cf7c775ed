/** `replaying` → `live` → `closing` → `closed`. */
export type ConnectionState = 'replaying' | 'live' | 'closing' | 'closed';
