import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { mulberry32 } from '../../../practice/samples/random.ts'
import {
  createDigestTimer,
  DIGEST,
  type DigestTimer,
  digestDayBefore,
  dueDay,
  isTooLate,
  nextDigestDay,
  readDigestOrder,
} from '../../../src/core/digest/schedule.ts'
import { type DigestSchedule, type DigestSettings, WEEKDAYS, type Weekday } from '../../../src/core/digest/settings.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { sql } from '../../../src/core/store/drizzle.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import { addDays, createWallClock, type WallTime } from '../../../src/core/time.ts'
import { aLog } from '../../bot/support.ts'
import { databases, openSqlite, postgresPlace, sqlitePlace, TEMPLATE } from '../../support/databases.ts'

const run = promisify(execFile)

const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']
const NINE: DigestSchedule = { channel: 'C0DIGEST', at: '09:00', days: WORKDAYS }

/** 2 March 2026 is a Monday. */
const MONDAY = '2026-03-02'
const at = (time: string, day = MONDAY): WallTime => ({ day, time })

describe('a digest is due', () => {
  test.each<[what: string, schedule: Partial<DigestSchedule>, now: WallTime, isDue: boolean]>([
    ['not before its time', {}, at('08:59'), false],
    ['at its time', {}, at('09:00'), true],
    ['after a downtime until noon', {}, at('11:59'), true],
    ['not from noon on', {}, at('12:00'), false],
    ['not in the evening', {}, at('21:00'), false],
    ['not on a day that has none', {}, at('09:00', '2026-03-01'), false],
    ['on any day where it is daily', { days: WEEKDAYS }, at('09:00', '2026-03-01'), true],
    ['not without a channel', { channel: null }, at('09:00'), false],
    ['for an hour at least where it is for the late morning', { at: '11:00' }, at('11:59'), true],
    ['for three hours where it is for noon', { at: '12:00' }, at('14:59'), true],
    ['no longer than three hours', { at: '12:00' }, at('15:00'), false],
    ['for three hours in the afternoon', { at: '17:30' }, at('20:29'), true],
    ['no longer than its day', { at: '23:30' }, at('23:59'), true],
    ['not on the day after', { at: '23:30' }, at('00:10', '2026-03-03'), false],
    ['from the first moment of the day', { at: '00:00' }, at('00:00'), true],
  ])('%s', (_what, schedule, now, isDue) => {
    expect(dueDay({ ...NINE, ...schedule }, now, null)).toBe(isDue ? now.day : null)
  })

  test.each<[what: string, chosen: WallTime, isDue: boolean]>([
    ['and it was chosen on an earlier day', at('23:00', '2026-02-27'), true],
    ['and it was chosen earlier on the same day', at('08:00'), true],
    ['and it was chosen in the very minute', at('09:00'), true],
    ['but not where it was chosen afterwards: nobody missed it', at('09:01'), false],
  ])('at half past nine for nine, %s', (_what, chosen, isDue) => {
    expect(dueDay(NINE, at('09:30'), chosen) !== null).toBe(isDue)
  })
})

describe('the clock on the wall decides, so that', () => {
  const berlin = createWallClock('Europe/Berlin')
  const twoThirty: DigestSchedule = { ...NINE, at: '02:30', days: WEEKDAYS }
  const dueAt = (moment: string) => dueDay(twoThirty, berlin(Date.parse(moment)), null)

  test('a time that is left out in spring is reached with the first moment after', () => {
    expect(dueAt('2026-03-29T00:59:59Z')).toBeNull()
    expect(berlin(Date.parse('2026-03-29T01:00:00Z'))).toEqual({ day: '2026-03-29', time: '03:00' })
    expect(dueAt('2026-03-29T01:00:00Z')).toBe('2026-03-29')
  })

  test('a time that comes twice in autumn is reached the first time', () => {
    expect(dueAt('2026-10-25T00:29:59Z')).toBeNull()
    expect(dueAt('2026-10-25T00:30:00Z')).toBe('2026-10-25')
    expect(dueAt('2026-10-25T01:30:00Z')).toBe('2026-10-25')
  })

  test('a day that begins an hour late has its digest then', () => {
    const cairo = createWallClock('Africa/Cairo')
    const early = { ...twoThirty, at: '00:15' }
    expect(dueDay(early, cairo(Date.parse('2026-04-23T21:59:59Z')), null)).toBeNull()
    expect(dueDay(early, cairo(Date.parse('2026-04-23T22:00:00Z')), null)).toBe('2026-04-24')
  })
})

describe('what a digest covers begins with the last digest day before it', () => {
  test.each<[days: readonly Weekday[], day: string, from: string]>([
    [WORKDAYS, '2026-03-03', '2026-03-02'],
    [WORKDAYS, MONDAY, '2026-02-27'],
    [WORKDAYS, '2026-03-01', '2026-02-27'],
    [WEEKDAYS, MONDAY, '2026-03-01'],
    [['mon', 'wed', 'fri'], '2026-03-04', '2026-03-02'],
    [['mon'], MONDAY, '2026-02-23'],
  ])('%s, on %s', (days, day, from) => {
    expect(digestDayBefore({ days }, day)).toBe(from)
  })
})

describe('the next digest is', () => {
  test.each<[what: string, now: WallTime, about: { chosen?: WallTime; isTaken?: boolean }, next: string]>([
    ['today before its time', at('08:00'), {}, MONDAY],
    ['today while it can be made up for', at('10:00'), {}, MONDAY],
    ['tomorrow once it was taken on', at('10:00'), { isTaken: true }, '2026-03-03'],
    ['tomorrow, also where it is earlier now', at('08:00'), { isTaken: true }, '2026-03-03'],
    ['tomorrow where it was chosen too late for today', at('10:00'), { chosen: at('09:30') }, '2026-03-03'],
    ['tomorrow from noon on', at('12:00'), {}, '2026-03-03'],
    ['on Monday after Friday', at('12:00', '2026-03-06'), {}, '2026-03-09'],
  ])('%s', (_what, now, { chosen = null, isTaken = false }, next) => {
    expect(nextDigestDay(NINE, now, { chosen, isTaken })).toBe(next)
  })

  test('never without a channel, and a week away where only today has one', () => {
    expect(nextDigestDay({ ...NINE, channel: null }, at('08:00'), { chosen: null, isTaken: false })).toBeNull()
    expect(nextDigestDay({ ...NINE, days: ['mon'] }, at('10:00'), { chosen: null, isTaken: true })).toBe('2026-03-09')
  })
})

test('a digest that waited for a day is not wanted any more', () => {
  const order = readDigestOrder({ day: MONDAY, claimedAt: Date.parse('2026-03-02T08:00Z') })
  expect(isTooLate(order, Date.parse('2026-03-03T08:00Z'))).toBe(false)
  expect(isTooLate(order, Date.parse('2026-03-03T08:01Z'))).toBe(true)
})

interface Clock {
  now: number
}

function aTimer(
  database: Database,
  clock: Clock,
  schedule: Partial<DigestSettings> = {},
): DigestTimer & { queued: number } {
  const settings: DigestSettings = { ...NINE, timeZone: 'UTC', saved: null, ...schedule }
  const timer = createDigestTimer({
    database,
    settings: async () => settings,
    wallClock: createWallClock(settings.timeZone),
    now: () => clock.now,
    queued() {
      counted.queued += 1
    },
    log: aLog().log,
  })
  const counted = { ...timer, queued: 0 }
  return counted
}

async function daysQueued(database: Database): Promise<string[]> {
  const rows = await database.all(sql`select id from jobs where kind = ${DIGEST} order by id`)
  return rows.map(({ id }) => String(id).replace('digest:', ''))
}

/**
 * When offsets from UTC change, in minutes, as the tz database says it in another program. Of years that
 * are over: those to come are changed by governments.
 */
const ZONES: readonly (readonly [
  zone: string,
  start: string,
  offset: number,
  changes: readonly (readonly [at: string, offset: number])[],
])[] = [
  // By half an hour.
  [
    'Australia/Lord_Howe',
    '2025-01-01',
    660,
    [
      ['2025-04-05T15:00Z', 630],
      ['2025-10-04T15:30Z', 660],
    ],
  ],
  // 30 December 2011 did not exist there.
  [
    'Pacific/Apia',
    '2011-07-01',
    -660,
    [
      ['2011-09-24T14:00Z', -600],
      ['2011-12-30T10:00Z', 840],
      ['2012-03-31T14:00Z', 780],
    ],
  ],
  // For the month of Ramadan.
  [
    'Africa/Casablanca',
    '2025-01-01',
    60,
    [
      ['2025-02-23T02:00Z', 0],
      ['2025-04-06T02:00Z', 60],
    ],
  ],
  [
    'America/St_Johns',
    '2025-01-01',
    -210,
    [
      ['2025-03-09T05:30Z', -150],
      ['2025-11-02T04:30Z', -210],
    ],
  ],
  ['Asia/Kathmandu', '2025-01-01', 345, []],
  [
    'Europe/Berlin',
    '2025-01-01',
    60,
    [
      ['2025-03-30T01:00Z', 120],
      ['2025-10-26T01:00Z', 60],
    ],
  ],
  // At midnight: a day begins at one, and the hour before midnight comes twice.
  [
    'America/Santiago',
    '2025-01-01',
    -180,
    [
      ['2025-04-06T03:00Z', -240],
      ['2025-09-07T04:00Z', -180],
    ],
  ],
  [
    'Africa/Cairo',
    '2025-01-01',
    120,
    [
      ['2025-04-24T22:00Z', 180],
      ['2025-10-30T21:00Z', 120],
    ],
  ],
  // By two hours.
  [
    'Antarctica/Troll',
    '2025-01-01',
    0,
    [
      ['2025-03-30T01:00Z', 120],
      ['2025-10-26T01:00Z', 0],
    ],
  ],
  ['Pacific/Kiritimati', '2025-01-01', 840, []],
]

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('over a year of restarts, downtimes and clocks that are set', () => {
  test.each(ZONES)(
    'each digest day in %s has its digest once, and only at its time',
    async (zone, start, offset, changes) => {
      const offsets = changes.map(([moment, minutes]) => [Date.parse(moment), minutes] as const)
      const wallTime = (now: number): WallTime => {
        const minutes = offsets.findLast(([moment]) => now >= moment)?.[1] ?? offset
        const [day = '', time = ''] = new Date(now + minutes * MINUTE).toISOString().split('T')
        return { day, time: time.slice(0, 5) }
      }
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.oneof(
            fc.constantFrom('09:00', '02:30', '00:15', '12:00', '22:30'),
            fc.nat(24 * 60 - 1).map((minute) => new Date(minute * MINUTE).toISOString().slice(11, 16)),
          ),
          fc.subarray([...WEEKDAYS], { minLength: 1 }),
          async (seed, time, days) => {
            await using database = await openSqlite()
            const year = await aYear(database, { seed, start: Date.parse(start), zone, time, days, wallTime })
            expect(year.early).toEqual([])
            expect(year.twice).toEqual([])
            expect(year.taken).toEqual(year.owed)
            expect(await daysQueued(database)).toEqual(year.owed)
          },
        ),
        { numRuns: 1, endOnFailure: true },
      )
    },
  )
})

interface Year {
  readonly seed: number
  readonly start: number
  readonly zone: string
  readonly time: string
  readonly days: readonly Weekday[]
  readonly wallTime: (now: number) => WallTime
}

/** Lets two processes run, stop, start and have their clocks set for a year, and says what became of it. */
async function aYear(database: Database, { seed, start, zone, time, days, wallTime }: Year) {
  const random = mulberry32(seed)
  const clock: Clock = { now: start }
  const schedule = { at: time, days, timeZone: zone }
  const owed = new Set<string>()
  const taken: string[] = []
  const early: WallTime[] = []
  const end = time < '12:00' ? '12:00' : threeHoursAfter(time)
  let timers = [aTimer(database, clock, schedule), aTimer(database, clock, schedule)]
  for (let real = start; real < start + 365 * DAY; ) {
    const wall = wallTime(clock.now)
    if (wall.time >= time && wall.time < end && days.includes(weekday(wall.day))) owed.add(wall.day)
    const results = await Promise.all(timers.map((timer) => timer.tick()))
    for (const isOurs of results) {
      if (!isOurs) continue
      taken.push(wall.day)
      if (wall.time < time) early.push(wall)
    }
    const chance = random()
    if (chance < 0.02) timers = timers.map(() => aTimer(database, clock, schedule))
    // Usually for some hours, sometimes over days.
    const pause = Math.round(
      chance > 0.985 ? random() ** 3 * 4 * DAY : (1 + random() * (wall.time < end ? 29 : 89)) * MINUTE,
    )
    const isSet = random() < 0.005
    real += pause
    clock.now += pause + (isSet ? Math.round((random() - 0.5) * (random() < 0.2 ? 3 * DAY : 4 * HOUR)) : 0)
    // A time server puts it right after a while.
    if (random() < 0.02) clock.now = real
  }
  const once = new Set(taken)
  return {
    early,
    owed: [...owed].sort(),
    taken: [...once].sort(),
    twice: taken.filter((day, nth) => taken.indexOf(day) !== nth),
  }
}

function threeHoursAfter(time: string): string {
  const minutes = Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + 180
  return minutes >= 24 * 60 ? '24:00' : new Date(minutes * MINUTE).toISOString().slice(11, 16)
}

const NAMES = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' })

function weekday(day: string): Weekday {
  const name = NAMES.format(Date.parse(day)).toLowerCase()
  return WEEKDAYS.find((known) => known === name) ?? 'mon'
}

describe.each([
  { name: 'SQLite', place: async () => sqlitePlace() },
  { name: 'Postgres', place: () => postgresPlace({ template: TEMPLATE }) },
])('two processes on one database of $name', ({ place }) => {
  const DAYS = 30

  test('take each day on once between them', async () => {
    await using shared = await place()
    await using database = await openDatabase(shared.url)
    const script = join(import.meta.dirname, 'take-days.ts')
    const days = () => run(process.execPath, [script, shared.url, MONDAY, String(DAYS)])
    const outputs = await Promise.all([days(), days()])
    const taken = outputs.flatMap(({ stdout }) => stdout.trim().split('\n').filter(Boolean)).sort()
    const all = Array.from({ length: DAYS }, (_, nth) => addDays(MONDAY, nth))
    expect(taken).toEqual(all)
    expect(await daysQueued(database)).toEqual(all)
  })
})

describe.each(databases)('taking a digest on, on $name,', ({ open }) => {
  test('queues a job that says of which day it is', async () => {
    await using database = await open()
    const clock = { now: Date.parse('2026-03-02T09:00:05Z') }
    expect(await aTimer(database, clock).tick()).toBe(true)
    const [job] = await database.all(sql`select id, kind, payload, run_at from jobs`)
    const payload = typeof job?.payload === 'string' ? JSON.parse(job.payload) : job?.payload
    expect(readDigestOrder(payload)).toEqual({ day: MONDAY, claimedAt: clock.now })
    expect(job).toMatchObject({ id: 'digest:2026-03-02', kind: 'digest' })
  })

  test('is done again where it could not be queued: nothing is lost between the two', async () => {
    await using database = await open()
    const timer = aTimer(database, { now: Date.parse('2026-03-02T09:00Z') })
    await database.transaction((tx) => tx.run(sql`alter table jobs rename to jobs_away`))
    await expect(timer.tick()).rejects.toThrow()
    await database.transaction((tx) => tx.run(sql`alter table jobs_away rename to jobs`))
    expect(await timer.tick()).toBe(true)
    expect(timer.queued).toBe(1)
  })

  test('is over with the job done: a restart does not queue it anew', async () => {
    await using database = await open()
    const clock = { now: Date.parse('2026-03-02T09:00Z') }
    expect(await aTimer(database, clock).tick()).toBe(true)
    await database.transaction((tx) => tx.run(sql`delete from jobs`))
    clock.now += HOUR
    expect(await aTimer(database, clock).tick()).toBe(false)
    expect(await daysQueued(database)).toEqual([])
  })
})

describe('a timer that was started', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  async function started(from: string) {
    vi.useFakeTimers({ now: Date.parse(from), toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const database = await openSqlite()
    const looks: number[] = []
    const timer = createDigestTimer({
      database,
      async settings() {
        looks.push(Date.now())
        return { ...NINE, timeZone: 'UTC', saved: null }
      },
      wallClock: createWallClock('UTC'),
      now: Date.now,
      queued() {},
      log: aLog().log,
    })
    timer.start()
    return { database, looks, timer }
  }

  test('looks at once, at each full minute and never later than half a minute after', async () => {
    const { database, looks, timer } = await started('2026-03-02T08:58:10Z')
    await vi.advanceTimersByTimeAsync(110_000)
    expect(looks.map((look) => new Date(look).toISOString().slice(14, 19))).toEqual([
      '58:10',
      '58:40',
      '59:00',
      '59:30',
      '00:00',
    ])
    await timer.stop()
    expect(await daysQueued(database)).toEqual([MONDAY])
    await database[Symbol.asyncDispose]()
  })

  test('notices a clock that was set forward within half a minute', async () => {
    const { database, timer } = await started('2026-03-02T06:00:00Z')
    vi.setSystemTime('2026-03-02T09:30:00Z')
    await vi.advanceTimersByTimeAsync(30_000)
    await timer.stop()
    expect(await daysQueued(database)).toEqual([MONDAY])
    await database[Symbol.asyncDispose]()
  })

  test('looks no more once it was stopped', async () => {
    const { database, looks, timer } = await started('2026-03-02T08:59:50Z')
    await timer.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks).toHaveLength(1)
    expect(await daysQueued(database)).toEqual([])
    await database[Symbol.asyncDispose]()
  })
})
