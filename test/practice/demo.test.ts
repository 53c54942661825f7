import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

import { expect, test } from 'vitest'

const DEMO = join(import.meta.dirname, '../../practice/demo.ts')

interface Demo extends AsyncDisposable {
  readonly process: ChildProcess
  /** Resolves with the first line that matches. */
  line(pattern: RegExp): Promise<string>
  readonly errors: Promise<string>
  /** What Ctrl-C does: everything that was started gets the signal. Resolves with the exit code. */
  interrupt(): Promise<number | null>
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  /** Files that it left behind, and whether a process that it started is still there. */
  remains(): { readonly files: readonly string[]; readonly processes: boolean }
}

function startDemo(...args: readonly string[]): Demo {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-demo-'))
  const child = spawn(process.execPath, [DEMO, ...args], {
    // A group of its own, as a terminal gives it.
    detached: true,
    // Node keeps compiled code beside other temporary files, for every program.
    env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const group = -(child.pid ?? 0)
  const ended = once(child, 'exit').then(([code]) => code)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  const isAlive = () => {
    try {
      return process.kill(group, 0)
    } catch {
      return false
    }
  }
  return {
    process: child,
    async line(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const look = () => {
        const found = lines.find((line) => pattern.test(line))
        if (found !== undefined) resolve(found)
      }
      waiting.add(look)
      look()
      void ended.then(() => reject(new Error(`it ended after:\n${lines.join('\n')}`)))
      return await promise
    },
    errors: text(child.stderr),
    async interrupt() {
      process.kill(group, 'SIGINT')
      return await ended
    },
    ended,
    remains: () => ({ files: readdirSync(folder), processes: isAlive() }),
    async [Symbol.asyncDispose]() {
      if (isAlive()) process.kill(group, 'SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

test('names its page, which answers, and leaves nothing behind when it is interrupted', async () => {
  await using demo = startDemo('--port', '0', '--empty')
  const url = (await demo.line(/Open {2}http/)).trim().split(/\s+/)[1] ?? ''
  expect(new URL(url).hostname).toBe('127.0.0.1')
  expect((await fetch(url)).status).toBe(200)
  expect(await demo.interrupt()).toBe(0)
  expect(demo.remains()).toEqual({ files: [], processes: false })
})

test('leaves nothing behind when it is interrupted while it starts', async () => {
  await using demo = startDemo('--port', '0')
  await demo.line(/Starting/)
  expect(await demo.interrupt()).toBe(0)
  expect(await demo.errors).toBe('')
  expect(demo.remains()).toEqual({ files: [], processes: false })
})

test('a port that is taken is said, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await using demo = startDemo('--port', String(port), '--empty')
  expect(await demo.ended).toBe(1)
  expect(await demo.errors).toContain(`Port ${port} is in use`)
  expect(await demo.errors).toContain('npm run demo -- --port')
  expect(demo.remains()).toEqual({ files: [], processes: false })
  other.close()
})

test.each(['--port http', '--colour'])('%s is no way to start it', async (line) => {
  await using demo = startDemo(...line.split(' '))
  expect(await demo.ended).toBe(2)
  expect(await demo.errors).toContain('Usage: npm run demo')
})
