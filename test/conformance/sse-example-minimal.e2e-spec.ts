import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { compiled } from '../support/built-service.js';
import { RawStream } from '../support/raw-stream.js';
import { TEST_SECRET, testToken } from '../support/sse-app.js';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

function run(env: Record<string, string>): ChildProcess {
  const args = [compiled('libs/sse/examples/minimal/main.ts')];
  const { JWT_SECRET: _, NODE_OPTIONS: __, ...clean } = process.env;
  child = spawn(process.execPath, args, { env: { ...clean, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  return child;
}

/** Reads the output until a line matches. */
async function lineOf(process_: ChildProcess, wanted: RegExp): Promise<string> {
  for await (const line of createInterface({ input: process_.stdout! })) {
    const match = wanted.exec(line);
    if (match !== null) return match[1] ?? '';
  }
  throw new Error('The example ended before it was ready.');
}

describe('examples/minimal', () => {
  it('delivers a greeting, and closes its streams when it is stopped', async () => {
    const example = run({ JWT_SECRET: TEST_SECRET });
    const url = (await lineOf(example, /^ready on (\S+)$/)).replace('[::1]', '127.0.0.1');
    const stream = await RawStream.open(`${url}/api/v1/sse/stream`, {
      headers: { authorization: `Bearer ${testToken({ sub: 'bob' })}` },
    });
    await stream.event('connected');
    const greeted = await fetch(`${url}/greetings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${testToken({ sub: 'ann' })}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to: 'bob' }),
    });
    expect(greeted.status).toBe(201);
    expect(JSON.parse((await stream.event('greeting')).data ?? '')).toEqual({ from: 'ann' });
    example.kill('SIGTERM');
    expect(await stream.end()).toContain('"reason":"shutdown"');
    if (example.exitCode === null && example.signalCode === null) await once(example, 'exit');
  });

  it('refuses to start without a secret, and names the missing setting', async () => {
    const example = run({});
    let output = '';
    for (const stream of [example.stdout, example.stderr]) stream?.on('data', (text) => (output += String(text)));
    const [code] = (await once(example, 'close')) as [number];
    expect(code).not.toBe(0);
    expect(output).toContain('jwt.secret must have at least 32 bytes; got 0');
  });
});
