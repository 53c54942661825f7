import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { ingestAll } from '../src/core/ingest.ts'
import { openDatabase } from '../src/core/store/open.ts'
import { createDayOf } from '../src/core/time.ts'
import { engagement } from '../src/webhooks/engagement.ts'

const ROUNDS = 60
const GROUP = 1_000
const START = Date.UTC(2026, 0, 1)

/** What happens to one mail, as the seconds after it was sent. */
type Story = readonly (readonly [type: 'delivered' | 'opened' | 'clicked', second: number, page?: string])[]

const READ: Story = [
  ['delivered', 2],
  ['opened', 600],
  ['clicked', 620, 'pricing'],
  ['opened', 4_000],
]

const SCANNED: Story = [
  ['clicked', 1, 'pricing'],
  ['clicked', 1, 'docs'],
  ['clicked', 2, 'unsubscribe'],
  ['delivered', 3],
]

/**
 * Processor time to store mail that people read beside mail that filters follow every link of:
 * with all of a mail in one group, and with its parts in groups of their own, so that the second
 * link and the delivery teach something about what is stored.
 */
export async function measureScanners(): Promise<void> {
  console.log('\nMachine marks: processor time in microseconds an event, median of groups of 1,000')
  for (const [what, story, isApart] of [
    ['mail that people read', READ, false],
    ['mail that filters follow, each with all its events', SCANNED, false],
    ['mail that people read, its events one after the other', READ, true],
    ['mail that filters follow, its events one after the other', SCANNED, true],
  ] as const) {
    console.log(`  ${what.padEnd(74)} ${(await microseconds(story, isApart)).toFixed(1)}`)
  }
}

async function microseconds(story: Story, isApart: boolean): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-scanners-'))
  const times: number[] = []
  {
    await using database = await openDatabase(`sqlite:${join(folder, 'bench.db')}`)
    const deps = { database, dayOf: createDayOf('UTC'), jobsFor: () => [] }
    for (const events of groupsOf(story, isApart)) {
      const before = process.cpuUsage()
      await ingestAll(deps, [{ provider: 'ses', receivedAt: START, events, unreadable: [] }])
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / events.length)
    }
  }
  rmSync(folder, { recursive: true })
  const warm = times.slice(times.length / 4).toSorted((a, b) => a - b)
  return warm[Math.floor(warm.length / 2)] ?? Number.NaN
}

/** Each person gets a mail once in `story.length` groups, either way. */
function* groupsOf(story: Story, isApart: boolean) {
  const mails = isApart ? GROUP : GROUP / story.length
  for (let round = 0; round < ROUNDS; round += 1) {
    const nth = isApart ? Math.floor(round / story.length) : round
    const steps = isApart ? story.slice(round % story.length, (round % story.length) + 1) : story
    yield Array.from({ length: mails }, (_, n) => n + (isApart ? 0 : (nth % story.length) * mails)).flatMap((person) =>
      steps.map(([type, second, page]) => {
        const occurredAt = START + nth * 86_400_000 + second * 1000
        const messageId = `m${nth}-${person}`
        return engagement({
          provider: 'ses',
          id: `${messageId}-${type}-${second}-${page}`,
          type,
          occurredAt,
          receivedAt: occurredAt + 1500,
          recipient: `person${person}@company${person % 500}.example`,
          messageId,
          url: page === undefined ? null : `https://example.org/${page}`,
        })
      }),
    )
  }
}
