import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')

const files = globSync('src/**/*.ts', { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}))

const IMPORT = /^(?:import|export|\}).*? from '([^'\n]+)'|^import '([^'\n]+)'|\b(?:import|require)\('([^'\n]+)'\)/gm

const imports = files.flatMap(({ path, text }) =>
  [...text.matchAll(IMPORT)]
    .map(([, from, bare, called]) => from ?? bare ?? called ?? '')
    .map((target) => ({ file: path, target: target.startsWith('.') ? join(dirname(path), target) : target })),
)

test('every file is looked at', () => {
  expect(files.length).toBeGreaterThan(60)
  expect(imports).toContainEqual({ file: 'src/core/store/open.ts', target: 'src/core/store/sqlite.ts' })
  expect(imports).toContainEqual({ file: 'src/core/store/drizzle.ts', target: 'drizzle-orm' })
})

test.each([
  {
    why: 'core knows no transport',
    from: /^src\/core\//,
    never: /^src\/(?!core\/)|^(hono|@hono|@slack|commander)\b/,
  },
  {
    why: 'webhooks reach data through core',
    from: /^src\/webhooks\//,
    never: /^src\/(?!core\/|webhooks\/)|^src\/core\/store\/|^(@slack|@hono|commander)\b/,
  },
  {
    why: 'the bot reaches data through core',
    from: /^src\/bot\//,
    never: /^src\/(?!core\/|bot\/)|^src\/core\/store\/|^(hono|@hono|commander)\b/,
  },
  {
    why: 'SQL lives in core/store',
    from: /^src\/(?!core\/store\/)/,
    never: /^(drizzle-orm|better-sqlite3|pg)\b/,
  },
  {
    why: 'health knows nothing but HTTP',
    from: /^src\/health\.ts$/,
    never: /^(?!hono$)/,
  },
  {
    why: 'nothing in the program depends on tests, benchmarks or the demonstration',
    from: /^src\//,
    never: /^(test|bench|demo|practice|drizzle)\/|^\.\./,
  },
  {
    why: 'no part starts the process',
    from: /^src\/(core|webhooks|bot)\//,
    never: /^src\/(main|app|cli|environment|runtime)\b/,
  },
])('$why', ({ from, never }) => {
  expect(imports.filter(({ file, target }) => from.test(file) && never.test(target))).toEqual([])
})

test('only the composition root, the command line and the environment know several parts', () => {
  const partsOf = new Map<string, Set<string>>()
  for (const { file, target } of imports) {
    const part = /^src\/(bot|webhooks)\//.exec(target)?.[1]
    if (part && !file.startsWith(`src/${part}/`)) partsOf.set(file, (partsOf.get(file) ?? new Set()).add(part))
  }
  const allowed = /^src\/(app|slack|environment)\.ts$|^src\/cli\//
  expect([...partsOf.keys()].filter((file) => !allowed.test(file))).toEqual([])
})

test('the clock, randomness and the environment are arguments', () => {
  const entries = ['src/main.ts', 'src/environment.ts', 'src/runtime.ts', 'src/cli.ts', 'src/cli/context.ts']
  const ambient = /process\.env\b|Date\.now\b|new Date\(\)|performance\.now\b|Math\.random\b/
  const readers = files.filter(({ text }) => ambient.test(text)).map(({ path }) => path)
  expect(readers.filter((path) => !entries.includes(path))).toEqual([])
})

test('no client of Slack is given headers, which would replace its token', () => {
  const makers = files.filter(({ text }) => /new (App|WebClient)\(/.test(text))
  expect(makers.length).toBeGreaterThan(0)
  expect(makers.filter(({ text }) => /\bheaders\s*[:,}]/.test(text)).map(({ path }) => path)).toEqual([])
})

const Package = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})

test('the program needs only what is installed with it', () => {
  const { dependencies, devDependencies } = Package.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const packages = imports
    .map(({ target }) => target)
    .filter((target) => !target.startsWith('src/') && !target.startsWith('node:') && target !== 'package.json')
    .map((target) => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target)
  expect([...new Set(packages)].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([])
  expect(Object.keys(dependencies).filter((name) => Object.hasOwn(devDependencies, name))).toEqual([])
})

test('a module of Node is named as one', () => {
  expect(imports.filter(({ target }) => builtinModules.includes(target))).toEqual([])
})
