import { parse } from 'ipaddr.js';

/** A value of a record; numbers are written as doubles. */
export type MmdbValue = string | number | MmdbValue[] | { [name: string]: MmdbValue };

/** One network, and what the file says of it. */
export interface MmdbNetwork {
  /** In CIDR notation. */
  network: string;
  record: MmdbValue;
}

const RECORD_BYTES = 3;
const SEPARATOR = Buffer.alloc(16);
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** IPv4 addresses are below ::/96. */
const IPV4_START = 96;

type Branch = [Child, Child];
type Child = Branch | { data: number } | undefined;

/** A file in the format of MaxMind (version 2.0, IPv6 tree, 24-bit records), small enough to be made in a test. */
export function mmdbFile(networks: readonly MmdbNetwork[], databaseType = 'GeoLite2-City'): Buffer {
  const root: Branch = [undefined, undefined];
  const data: Buffer[] = [];
  let size = 0;
  for (const { network, record } of networks) {
    insert(root, bitsOf(network), { data: size });
    const encoded = encode(record);
    data.push(encoded);
    size += encoded.length;
  }
  const nodes = numbered(root);
  const tree = Buffer.alloc(nodes.length * 2 * RECORD_BYTES);
  nodes.forEach((node, index) => {
    node.forEach((child, side) => {
      const value = recordOf(child, nodes);
      tree.writeUIntBE(value, (index * 2 + side) * RECORD_BYTES, RECORD_BYTES);
    });
  });
  const metadata = map([
    ['binary_format_major_version', unsigned(5, 2)],
    ['binary_format_minor_version', unsigned(5, 0)],
    ['build_epoch', extended(9, Buffer.from([0x60, 0, 0, 0]))],
    ['database_type', encode(databaseType)],
    ['description', encode({ en: 'made for a test' })],
    ['ip_version', unsigned(5, 6)],
    ['languages', encode(['en'])],
    ['node_count', unsigned(6, nodes.length)],
    ['record_size', unsigned(5, RECORD_BYTES * 8)],
  ]);
  return Buffer.concat([tree, SEPARATOR, ...data, MARKER, metadata]);
}

/** A record as City files have it. */
export function cityRecord(country: string, city: string, latitude: number, longitude: number): MmdbValue {
  return {
    country: { iso_code: country, names: { en: country } },
    city: { names: { en: city } },
    location: { latitude, longitude, time_zone: 'Europe/Zurich' },
    subdivisions: [{ names: { en: `${city} region` } }],
  };
}

function bitsOf(network: string): number[] {
  const [address = '', length = ''] = network.split('/');
  const parsed = parse(address);
  const isV4 = parsed.kind() === 'ipv4';
  const bits = [...parsed.toByteArray()].flatMap((byte) =>
    Array.from({ length: 8 }, (_, index) => (byte >> (7 - index)) & 1),
  );
  return [...(isV4 ? Array<number>(IPV4_START).fill(0) : []), ...bits.slice(0, Number(length))];
}

function insert(root: Branch, bits: readonly number[], leaf: { data: number }): void {
  let node = root;
  bits.forEach((bit, index) => {
    const side = bit === 1 ? 1 : 0;
    if (index === bits.length - 1) {
      node[side] = leaf;
      return;
    }
    const next = node[side];
    if (Array.isArray(next)) node = next;
    else node = node[side] = [undefined, undefined];
  });
}

function numbered(root: Branch): Branch[] {
  const nodes: Branch[] = [root];
  for (const node of nodes) nodes.push(...node.filter((child) => Array.isArray(child)));
  return nodes;
}

function recordOf(child: Child, nodes: Branch[]): number {
  if (child === undefined) return nodes.length;
  return Array.isArray(child) ? nodes.indexOf(child) : nodes.length + SEPARATOR.length + child.data;
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') return sized(2, Buffer.from(value), Buffer.byteLength(value));
  if (typeof value === 'number') {
    const double = Buffer.alloc(8);
    double.writeDoubleBE(value);
    return sized(3, double, 8);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([Buffer.from([value.length, 11 - 7]), ...value.map(encode)]);
  }
  return map(Object.entries(value).map(([name, inner]) => [name, encode(inner)]));
}

function map(entries: [string, Buffer][]): Buffer {
  const pairs = entries.flatMap(([name, inner]) => [encode(name), inner]);
  return sized(7, Buffer.concat(pairs), entries.length);
}

function unsigned(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  const start = bytes.findIndex((byte) => byte !== 0);
  const used = start < 0 ? Buffer.alloc(0) : bytes.subarray(start);
  return sized(type, used, used.length);
}

function extended(type: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([payload.length, type - 7]), payload]);
}

function sized(type: number, payload: Buffer, size: number): Buffer {
  const head = size < 29 ? [(type << 5) | size] : [(type << 5) | 29, size - 29];
  return Buffer.concat([Buffer.from(head), payload]);
}
