// Every name that the page's scripts use is one that they have: what a test's path does not reach throws at a visitor.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** What the compiler says of a name that is not there, with and without one that looks like it. */
const unknown = /error TS(2304|2552):/;

async function unknownNames(files, libraries) {
  const flags = ['--noEmit', '--allowJs', '--checkJs', '--skipLibCheck', '--target', 'esnext', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const args = [tsc, ...flags, '--types', '', '--lib', libraries, ...files];
  // It fails over types, which the scripts do not declare.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 }).catch((error) => error);
  return stdout.split('\n').filter((line) => unknown.test(line));
}

test('scripts of page and workers use no name that they do not have', async () => {
  const all = readdirSync(join(root, 'www'), { recursive: true }).map((name) => join('www', name));
  const scripts = all.filter((name) => name.endsWith('.js') && !name.startsWith(join('www', 'generated')));
  const ofWorkers = scripts.filter((name) => /worker|offline/.test(name));
  const ofPage = scripts.filter((name) => !ofWorkers.includes(name));
  assert.ok(ofPage.length > 10 && ofWorkers.length > 2, 'there are scripts of both');
  assert.deepEqual(await unknownNames(ofPage, 'esnext,dom,dom.iterable'), []);
  const made = join('tests', 'page', 'build.d.ts');
  assert.deepEqual(await unknownNames([made, ...ofWorkers], 'esnext,webworker'), []);
});

test('a name that is not there is found', async () => {
  const file = join('tests', 'page', 'unknown_name.js');
  const found = await unknownNames([file], 'esnext');
  assert.match(found.join('\n'), /unknown_name\.js.*notThere/);
});
