import { describe, expect, it } from '@jest/globals';
import { readClusterCommand } from './cluster-options.js';
import { chosenProxy } from './local-cluster.js';
import { judge } from './rolling-restart.js';

describe('the judge of a rolling restart', () => {
  const published = ['a 1', 'b 1', 'a 2', 'b 2'];

  it('finds nothing where everything came once and each publisher in order', () => {
    expect(judge(['b 1', 'a 1', 'a 2', 'b 2'], published)).toEqual({ lost: 0, doubled: 0, disordered: 0 });
  });

  it('finds what is missing, what came twice, and what came behind a later one', () => {
    expect(judge(['a 1', 'b 1', 'b 2'], published)).toEqual({ lost: 1, doubled: 0, disordered: 0 });
    expect(judge([...published, 'a 1'], published)).toEqual({ lost: 0, doubled: 1, disordered: 0 });
    expect(judge(['a 2', 'a 1', 'b 1', 'b 2'], published)).toEqual({ lost: 0, doubled: 0, disordered: 1 });
  });
});

it('the command line of a cluster has defaults, and names every fault', () => {
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

it('a cluster takes the proxy that is there, and says what to install where there is none', () => {
  expect(chosenProxy(undefined, () => '/usr/sbin/it')).toBe('haproxy');
  expect(chosenProxy(undefined, (name) => (name === 'nginx' ? '/usr/sbin/nginx' : null))).toBe('nginx');
  expect(() => chosenProxy(undefined, () => null)).toThrow(/needs haproxy or nginx .*apt-get install haproxy/);
  expect(() => chosenProxy('nginx', () => null)).toThrow(/needs nginx .*apt-get install nginx/);
});
