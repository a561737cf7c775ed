import { describe, expect, it } from '@jest/globals';
import { readClusterCommand } from './cluster-options.js';
import { chooseProxy } from './local-cluster.js';
import { judge } from './rolling-restart.js';

describe('The judge of a rolling restart', () => {
  const published = ['a 1', 'b 1', 'a 2', 'b 2'];

  it('finds nothing if every event arrived once and in the order of its publisher', () => {
    expect(judge(['b 1', 'a 1', 'a 2', 'b 2'], published)).toEqual({ lost: 0, duplicated: 0, reordered: 0 });
  });

  it('finds events that are missing, duplicated or out of order', () => {
    expect(judge(['a 1', 'b 1', 'b 2'], published)).toEqual({ lost: 1, duplicated: 0, reordered: 0 });
    expect(judge([...published, 'a 1'], published)).toEqual({ lost: 0, duplicated: 1, reordered: 0 });
    expect(judge(['a 2', 'a 1', 'b 1', 'b 2'], published)).toEqual({ lost: 0, duplicated: 0, reordered: 1 });
  });
});

it('The command line of a cluster has defaults and reports every fault', () => {
  expect(readClusterCommand([])).toEqual({ nodes: 3, rounds: 1, followers: 12 });
  expect(readClusterCommand(['--nodes', '2', '--proxy', 'nginx'])).toMatchObject({ nodes: 2, proxy: 'nginx' });
  expect(readClusterCommand(['--nodes', '0', '--proxy', 'apache', '--rounds', 'x'])).toEqual({
    faults: [
      '--proxy must be haproxy or nginx; got apache',
      '--nodes must be a whole number from 1 to 16; got 0',
      '--rounds must be a whole number from 1 to 1000; got x',
    ],
  });
  expect(readClusterCommand(['--size', '2'])).toHaveProperty('faults');
});

it('A cluster chooses an installed proxy, and otherwise names the package to install', () => {
  expect(chooseProxy(undefined, () => '/usr/sbin/it')).toBe('haproxy');
  expect(chooseProxy(undefined, (name) => (name === 'nginx' ? '/usr/sbin/nginx' : null))).toBe('nginx');
  expect(() => chooseProxy(undefined, () => null)).toThrow(/needs haproxy or nginx .*apt-get install haproxy/);
  expect(() => chooseProxy('nginx', () => null)).toThrow(/needs nginx .*apt-get install nginx/);
});
