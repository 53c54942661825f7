import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { text } from 'node:stream/consumers'

import { expect, test } from 'vitest'

test('what fails fails the run, and is counted on its last line', async () => {
  const vitest = 'node_modules/vitest/vitest.mjs'
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/run/fails.config.ts'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(output.trim().split('\n').at(-1)).toBe('0 passed, 2 failed, 1 skipped')
  expect(code).toBe(1)
})
