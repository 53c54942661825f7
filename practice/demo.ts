import '../src/runtime.ts'

import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'

import { type Practice, startPractice } from './practice.ts'

const USAGE = 'Usage: npm run demo -- [--port 4600] [--empty]'

interface Arguments {
  readonly port: number
  readonly empty: boolean
}

const stop = new AbortController()
// Ctrl-C reaches Touchpoint as well; both end by themselves, and pressing it again has nothing to add.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

const given = readArguments()
if (given) {
  try {
    await run(given)
  } catch (error) {
    // What was under way when somebody stopped it has failed, which is no news.
    if (!stop.signal.aborted) fail(error)
  }
  if (stop.signal.aborted) console.log('Stopped.')
}

async function run({ port, empty }: Arguments): Promise<void> {
  console.log('Starting Touchpoint with a practice Slack…')
  await using practice = await startPractice({ port, withSamples: !empty, now: Date.now })
  if (stop.signal.aborted) return
  console.log(`
  Open  ${practice.url}

  It is the real program on a temporary database, with stand-ins for Slack, for your e-mail tools
  and for enrichment, all on this computer. Try /crm lookup there. Ctrl-C ends it and leaves nothing.
`)
  await Promise.race([once(stop.signal, 'abort'), endOf(practice)])
}

/** Throws when the program ends without being asked to. */
async function endOf({ program }: Practice): Promise<void> {
  const code = await program.ended
  const lastWords = program.lines.slice(-5).join('\n')
  throw new Error(`Touchpoint ended by itself${code === null ? '' : ` with ${code}`}. Its last words:\n${lastWords}`)
}

function readArguments(): Arguments | undefined {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string', default: '4600' }, empty: { type: 'boolean', default: false } },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`${values.port} is not a port.`)
    return { port, empty: values.empty }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
    process.exitCode = 2
    return undefined
  }
}

function fail(error: unknown): void {
  process.stderr.write(`The practice workspace cannot start.\n${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
