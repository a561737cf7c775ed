import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** The tables of the TCP connections of this network namespace on Linux; man 5 proc. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * Unanswered retransmissions after which a peer counts as gone. The kernel starts at 0.2 s or more and doubles, so seven are
 * at least 25 s without an answer. The kernel itself would continue for a quarter of an hour.
 */
const MIN_RETRANSMITS = 7;

/** An established connection that waits for an acknowledgement: local port, peer, number of retransmissions. */
const ROW =
  /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) 01 [0-9A-F]{8}:[0-9A-F]{8} 01:[0-9A-F]{8} ([0-9A-F]{8}) /gm;

/** Reads the tables for {@link silentPeers}; empty where there are none. */
export async function readTcpTables(): Promise<string> {
  // Other systems have no such tables and some containers hide them. Then no peer counts as silent.
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => '')));
  return texts.join('');
}

/**
 * Finds peers that vanished without closing, named as by {@link peerOf}. A client that merely does not read is not one of
 * them, because its kernel still acknowledges with a zero window.
 */
export function silentPeers(tables: string, minRetransmits = MIN_RETRANSMITS): ReadonlySet<string> {
  const peers = new Set<string>();
  for (const [, localPort = '', address = '', port = '', retransmits = ''] of tables.matchAll(ROW)) {
    if (Number.parseInt(retransmits, 16) < minRetransmits) continue;
    peers.add(`${Number.parseInt(localPort, 16)} ${addressOf(address)} ${Number.parseInt(port, 16)}`);
  }
  return peers;
}

/** Names the two ends of a TCP connection; null when the socket is closed or not TCP. */
export function peerOf({ localPort, remoteAddress, remotePort }: Socket): string | null {
  if (remoteAddress === undefined) return null;
  const [plain = ''] = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1);
  return `${localPort} ${plain.includes(':') ? canonical(plain) : plain} ${remotePort}`;
}

/** Decodes an address of the kernel's tables: 32-bit words in the byte order of the machine. */
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

/** Normalises the spelling of an IPv6 address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
