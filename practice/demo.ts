import '../src/runtime.ts'

import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'

import { startPractice } from './practice.ts'

const USAGE = 'Usage: npm run demo -- [--port 4600] [--empty]'

const stopped = new AbortController()
// Ctrl-C reaches the program as well; both end by themselves, and further signals have nothing to add.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort())

try {
  await run(readArguments())
} catch (error) {
  if (!stopped.signal.aborted) {
    process.stderr.write(`The practice workspace cannot start:\n  ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}

async function run({ port, empty }: { readonly port: number; readonly empty: boolean }): Promise<void> {
  console.log('Starting Touchpoint with a practice Slack…')
  await using practice = await startPractice({ port, withSamples: !empty, now: Date.now })
  console.log(`
  Open  ${practice.url}

  It is the real program on a temporary database, with stand-ins for Slack, for your e-mail tools
  and for enrichment, all on this computer. Try /crm lookup there. Ctrl-C ends it and leaves nothing.
`)
  const end = await Promise.race([
    once(stopped.signal, 'abort').then(() => 'stopped' as const),
    practice.program.ended.then((code) => code),
  ])
  if (end === 'stopped') console.log('Stopped.')
  else
    throw new Error(
      `Touchpoint ended by itself, with ${end}. Its last words:\n${practice.program.lines.slice(-5).join('\n')}`,
    )
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string', default: '4600' }, empty: { type: 'boolean', default: false } },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${values.port} is not a port`)
    return { port, empty: values.empty }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
    process.exit(2)
  }
}
