import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

import type { Running } from './program.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

/** `crm` beside a running server, started as `npm run crm` does; gives the most resident memory that was seen, in MiB. */
export async function crmBeside(program: Running, words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [CLI, ...words], {
    env: { PATH: process.env.PATH, DATABASE_URL: `sqlite:${program.databasePath}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid ?? 0))
  }, 200)
  try {
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`crm ${words[0]} ended with ${code}: ${said.slice(-500)}`)
    return peak
  } finally {
    clearInterval(watch)
  }
}

function peakOf(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    // It has just ended.
    return 0
  }
}
