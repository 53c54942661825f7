import { describe, expect, test } from 'vitest'

import { chooseDigest, digestSettings } from '../../../src/core/digest/choose.ts'
import {
  type DigestSchedule,
  readAt,
  readDays,
  WEEKDAYS,
  weekdayOf,
  writeDays,
} from '../../../src/core/digest/settings.ts'
import { databases } from '../../support/databases.ts'

test.each<[text: string, days: readonly string[] | undefined, written: string]>([
  ['mon-fri', ['mon', 'tue', 'wed', 'thu', 'fri'], 'mon-fri'],
  ['daily', WEEKDAYS, 'daily'],
  ['mon-sun', WEEKDAYS, 'daily'],
  ['fri,mon, WED', ['mon', 'wed', 'fri'], 'mon,wed,fri'],
  ['Monday - Wednesday', ['mon', 'tue', 'wed'], 'mon-wed'],
  ['sat-mon', ['mon', 'sat', 'sun'], 'mon,sat,sun'],
  ['tue', ['tue'], 'tue'],
  ['sat,sun', ['sat', 'sun'], 'sat,sun'],
  ['mon,mon', ['mon'], 'mon'],
  ['', undefined, ''],
  ['workdays', undefined, ''],
  ['mon-', undefined, ''],
  ['mon-tue-wed', undefined, ''],
  ['mon,never', undefined, ''],
])('“%s” are the days %s', (text, days, written) => {
  expect(readDays(text)).toEqual(days)
  if (days) expect(writeDays(readDays(text) ?? [])).toBe(written)
})

test.each([
  ['09:00', '09:00'],
  ['9:00', '09:00'],
  [' 23:59 ', '23:59'],
  ['0:05', '00:05'],
  ['24:00', undefined],
  ['12:60', undefined],
  ['9', undefined],
  ['9am', undefined],
])('“%s” is the time %s', (text, at) => {
  expect(readAt(text)).toBe(at)
})

test.each([
  ['2026-03-02', 'mon'],
  ['2026-03-08', 'sun'],
  ['2028-02-29', 'tue'],
])('%s is a %s', (day, weekday) => {
  expect(weekdayOf(day)).toBe(weekday)
})

describe.each(databases)('the schedule on $name', ({ open }) => {
  const said = { digest: { channel: 'C0SAID', at: '09:00', days: ['mon', 'fri'] }, timeZone: 'Europe/Berlin' } as const
  const chosen: DigestSchedule = { channel: 'C0CHOSEN', at: '17:30', days: ['sun', 'mon'] }

  test('is what the environment says until somebody chooses another, and again when that is forgotten', async () => {
    await using database = await open()
    const settings = () => digestSettings(database, said)
    expect(await settings()).toEqual({ ...said.digest, timeZone: 'Europe/Berlin', saved: null })

    await chooseDigest(database, chosen, { by: 'U0ADA', now: 5 })
    const saved = { by: 'U0ADA', at: 5 }
    expect(await settings()).toEqual({ ...chosen, days: ['mon', 'sun'], timeZone: 'Europe/Berlin', saved })

    await chooseDigest(database, { ...chosen, channel: null }, { by: 'U0BOB', now: 6 })
    expect(await settings()).toMatchObject({ channel: null, at: '17:30', saved: { by: 'U0BOB', at: 6 } })

    await chooseDigest(database, null, { by: 'U0BOB', now: 7 })
    expect(await settings()).toMatchObject({ channel: 'C0SAID', saved: null })
  })
})
