import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** The tables in which Linux shows the lines of this network namespace; man 5 proc. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * How often the kernel has sent the same bytes again in vain before a peer counts as gone: it begins at 0.2 s or more and
 * doubles, so seven times are at least 25 s without a single answer. By itself it would go on for a quarter of an hour.
 */
const MIN_RETRANSMITS = 7;

/** An established line that waits for an acknowledgement: local port, peer, and how often it has sent again. */
const ROW =
  /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) 01 [0-9A-F]{8}:[0-9A-F]{8} 01:[0-9A-F]{8} ([0-9A-F]{8}) /gm;

/** Reads what {@link silentPeers} looks through; empty where there are no such tables. */
export async function readTcpTables(): Promise<string> {
  // Another system, or a container that hides them: nobody is found to be silent then.
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => '')));
  return texts.join('');
}

/**
 * Peers that have vanished without a word, as {@link peerOf} names them. A client that only does not read is none: it answers
 * that it has no room.
 */
export function silentPeers(tables: string, minRetransmits = MIN_RETRANSMITS): ReadonlySet<string> {
  const peers = new Set<string>();
  for (const [, localPort = '', address = '', port = '', retransmits = ''] of tables.matchAll(ROW)) {
    if (Number.parseInt(retransmits, 16) < minRetransmits) continue;
    peers.add(`${Number.parseInt(localPort, 16)} ${addressOf(address)} ${Number.parseInt(port, 16)}`);
  }
  return peers;
}

/** Names the two ends of a line; null when it is closed or no line of TCP. */
export function peerOf({ localPort, remoteAddress, remotePort }: Socket): string | null {
  if (remoteAddress === undefined) return null;
  const [plain = ''] = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1);
  return `${localPort} ${plain.includes(':') ? canonical(plain) : plain} ${remotePort}`;
}

/** The kernel writes addresses as numbers of the machine's own byte order, 32 bits each. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const inOrder = word.match(/../g) ?? [];
    return endianness() === 'LE' ? inOrder.reverse() : inOrder;
  });
  const text = bytes.join('').toLowerCase();
  const v4 = text.length === 8 ? text : text.startsWith('00000000000000000000ffff') ? text.slice(24) : null;
  if (v4 !== null) return (v4.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.');
  return canonical((text.match(/.{4}/g) ?? []).join(':'));
}

/** One spelling for every way to write an IPv6 address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
