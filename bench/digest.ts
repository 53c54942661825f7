import process from 'node:process'
import { z } from 'zod'

import { readDigest } from '../src/core/digest/digest.ts'
import { WEEKDAYS } from '../src/core/digest/settings.ts'
import type { Database } from '../src/core/store/database.ts'
import { openDatabase } from '../src/core/store/open.ts'
import { addDays, createDayOf } from '../src/core/time.ts'
import { crowdFile } from './support/crowd.ts'
import { MAIL_CAMPAIGNS } from './support/crowd-mail.ts'
import { CROWD_NOW } from './support/crowd-people.ts'

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

const SMALL = 1000
const SAMPLES = 300
/** In milliseconds, on a million contacts and ten million events. */
const AIM = 100

const Environment = z.object({ CROWD: z.coerce.number().int().min(SMALL).default(1_000_000) })

const TIME_ZONE = 'UTC'
const dayOf = createDayOf(TIME_ZONE)
const WORKDAYS = WEEKDAYS.slice(0, 5)
const SOURCES = [...new Set(MAIL_CAMPAIGNS.map(({ provider }) => provider))].map((id) => ({ id, name: id }))

/** What a digest is made of, read from roll-ups and indexes: of a few contacts, and of very many. */
export async function measureDigest(row: Row): Promise<void> {
  const { CROWD } = Environment.parse(process.env)
  console.log(`\nThe data of a digest, in milliseconds`)
  for (const people of [SMALL, CROWD]) {
    const path = await crowdFile(people, (sentence) => console.log(`  ${sentence}`))
    await using database = await openDatabase(`sqlite:${path}`)
    const first = await timeOf(database, 0)
    const runs: number[] = []
    for (let nth = 0; nth < SAMPLES; nth += 1) runs.push(await timeOf(database, nth))
    runs.sort((a, b) => a - b)
    const at = (share: number) => (runs[Math.min(SAMPLES - 1, Math.floor(SAMPLES * share))] ?? Number.NaN).toFixed(1)
    const contacts = people.toLocaleString('en-US')
    row(
      `${contacts} contacts, ${SAMPLES} times: first, p50, p99, longest`,
      [first.toFixed(1), at(0.5), at(0.99), at(1)].join(', '),
      people === CROWD ? `p99 below ${AIM}: ${Number(at(0.99)) < AIM ? 'met' : 'MISSED'}` : '',
    )
  }
}

/** The digests of the last three months, of one day and of a weekend in turns. */
async function timeOf(database: Database, nth: number): Promise<number> {
  const day = addDays(dayOf(CROWD_NOW), -(nth % 90))
  const started = performance.now()
  const { figures } = await readDigest(database, {
    ...{ now: CROWD_NOW, dayOf, timeZone: TIME_ZONE, sources: SOURCES, day },
    days: nth % 2 === 0 ? WORKDAYS : WEEKDAYS,
  })
  const ms = performance.now() - started
  if (figures.length === 0) throw new Error(`nothing happened before ${day}; the figure would mean nothing`)
  return ms
}
