import { expect, test } from 'vitest'

import { type SourceState, sourceState } from '../../src/core/sources.ts'
import { type SourceFacts, sourceFinding } from '../../src/core/sources-finding.ts'
import { silenceOf } from '../../src/core/sources-rhythm.ts'
import type { SourceReport } from '../../src/core/store/roll-ups.ts'
import { addDays } from '../../src/core/time.ts'

/** 1 June 2026 is a Monday. */
const MONDAY = '2026-06-01'

/** The days of so many weeks before that Monday on which `delivers` says yes, by weekday (0 is Sunday) and by week. */
function weeksBefore(weeks: number, delivers: (weekday: number, week: number) => boolean): string[] {
  return Array.from({ length: weeks * 7 }, (_, n) => ({ day: addDays(MONDAY, n - weeks * 7), n }))
    .filter(({ day, n }) => delivers(new Date(`${day}T00:00:00Z`).getUTCDay(), Math.floor(n / 7)))
    .map(({ day }) => day)
}

const everyDay = weeksBefore(6, () => true)
const workdays = weeksBefore(6, (weekday) => weekday >= 1 && weekday <= 5)
const workdaysAndASaturday = weeksBefore(
  6,
  (weekday, week) => (weekday >= 1 && weekday <= 5) || (weekday === 6 && week === 3),
)
const workdaysWithHoles = weeksBefore(6, (weekday, week) => weekday >= 1 && weekday <= 5 && (weekday + week) % 4 !== 0)
const tuesdays = weeksBefore(6, (weekday) => weekday === 2)
const newsletter = weeksBefore(6, (weekday) => weekday === 2 || weekday === 3)
const aDayEach = ['2026-05-06', '2026-05-20']
const firstTenDays = everyDay.slice(-10)
const firstWeek = weeksBefore(1, () => true)

test.each<[what: string, activeDays: readonly string[], today: string, missed: number, isUnusual: boolean]>([
  ['every day, today still to come', everyDay, MONDAY, 0, false],
  ['every day, and a whole day of nothing', everyDay, '2026-06-02', 1, false],
  ['every day, and two', everyDay, '2026-06-03', 2, true],
  ['on workdays, on Saturday', workdays, '2026-05-30', 0, false],
  ['on workdays, on Sunday', workdays, '2026-05-31', 0, false],
  ['on workdays, on Monday', workdays, MONDAY, 0, false],
  ['on workdays, after a holiday on Monday', workdays, '2026-06-02', 1, false],
  ['on workdays, after nothing on Monday and Tuesday', workdays, '2026-06-03', 2, true],
  ['on workdays and one Saturday, after a holiday on Monday', workdaysAndASaturday, '2026-06-02', 1, false],
  ['on workdays with holes, after two', workdaysWithHoles, '2026-06-03', 2, false],
  ['on workdays with holes, after two weeks', workdaysWithHoles, '2026-06-15', 8, true],
  ['on Tuesdays and Wednesdays, on the next Tuesday', newsletter, '2026-06-02', 0, false],
  ['on Tuesdays and Wednesdays, when one week is left out', newsletter, '2026-06-04', 2, true],
  ['too rarely to have a rhythm, after two weeks', tuesdays, '2026-06-10', 2, false],
  ['too rarely to have a rhythm, after a month', tuesdays, '2026-06-26', 4, true],
  ['twice, after a week', aDayEach, MONDAY, 1, false],
  ['for ten days only, after three of nothing', firstTenDays, '2026-06-04', 3, false],
  ['for a week only, after a week of nothing', firstWeek, '2026-06-08', 7, false],
])('a source that delivers %s', (_what, activeDays, today, missed, isUnusual) => {
  expect(silenceOf(activeDays, today)).toMatchObject({ missed, isUnusual })
})

test('a source that never delivered has no silence', () => {
  expect(silenceOf([], MONDAY)).toBeNull()
})

test('a source is held against the weeks before it went silent, however long ago', () => {
  expect(silenceOf(workdays, '2026-08-01')).toMatchObject({ isUnusual: true, days: 63 })
})

const at = (day: string) => Date.parse(`${day}T12:00:00Z`)

function report(outcome: SourceReport['outcome'], day: string, count = 1): SourceReport {
  return { provider: 'postmark', outcome, day, count, lastAt: at(day) }
}

test('what a source did is counted over seven days, and when it was last heard over all', () => {
  const state = sourceState(
    [
      report('accepted', '2026-05-20', 40),
      report('accepted', '2026-05-25', 100),
      report('accepted', '2026-05-26', 7),
      report('duplicate', '2026-05-29', 2),
      report('quarantined', '2026-05-28', 0),
      report('refused_mismatch', '2026-05-25'),
      report('refused_stale', '2026-05-27', 3),
      report('refused_stale', MONDAY, 2),
      report('misdirected_mailgun', MONDAY, 2),
    ],
    MONDAY,
  )
  expect(state).toMatchObject({
    lastEventAt: at('2026-05-26'),
    lastDeliveryAt: at('2026-05-29'),
    accepted: 7,
    duplicates: 2,
    quarantined: 0,
    refused: [{ what: 'stale', count: 5, lastAt: at(MONDAY) }],
    misdirected: [{ what: 'mailgun', count: 2, lastAt: at(MONDAY) }],
  })
})

const quiet: SourceState = {
  lastEventAt: at(MONDAY),
  lastDeliveryAt: at(MONDAY),
  accepted: 12,
  duplicates: 3,
  quarantined: 0,
  refused: [],
  misdirected: [],
  silence: { days: 0, missed: 0, isUnusual: false, hasRhythm: true },
}

function found(overrides: Partial<SourceFacts>) {
  const source = {
    id: 'mandrill',
    name: 'Mandrill',
    variable: 'MANDRILL_WEBHOOK_SECRET',
    signsUrl: true,
    url: '/webhooks/mandrill',
    urlToken: 'never',
  } as const
  const names: Readonly<Record<string, string>> = { mailgun: 'Mailgun' }
  return sourceFinding({ ...quiet, source, kept: 0, unnamed: 0, ...overrides }, (id) => names[id] ?? id)
}

const before = at('2026-05-31')
const after = at('2026-06-02')
const unheard = { lastEventAt: null, lastDeliveryAt: null, silence: null, accepted: 0, duplicates: 0 }

test('a source that is heard is well', () => {
  expect(found({})).toEqual({
    name: 'Mandrill',
    state: 'ok',
    facts: [{ words: 'last event', at: at(MONDAY) }, '12 accepted and 3 duplicates in 7 days'],
    fixes: [],
  })
})

test.each<[what: string, overrides: Partial<SourceFacts>, fixes: readonly RegExp[], fact: RegExp]>([
  [
    'has the wrong key',
    { refused: [{ what: 'mismatch', count: 5, lastAt: after }] },
    [/compare MANDRILL_WEBHOOK_SECRET .* and PUBLIC_URL/],
    /5 refused with the wrong key/,
  ],
  ['sends no proof', { refused: [{ what: 'missing', count: 1, lastAt: after }] }, [/prove its requests/], /without/],
  ['is refused by the clock', { refused: [{ what: 'stale', count: 1, lastAt: after }] }, [/clock/], /too long ago/],
  [
    'was never heard, and was refused',
    { ...unheard, refused: [{ what: 'mismatch', count: 5, lastAt: before }] },
    [/compare/],
    /wrong key/,
  ],
  [
    'gets what belongs to another',
    {
      refused: [{ what: 'missing', count: 2, lastAt: after }],
      misdirected: [{ what: 'mailgun', count: 2, lastAt: after }],
    },
    [/^let Mailgun post to \/webhooks\/mailgun, not to \/webhooks\/mandrill$/],
    /2 that look like those of Mailgun/,
  ],
  ['is not understood', { quarantined: 4, kept: 9 }, [/npm run -s crm -- replay --provider mandrill/], /9 kept unread/],
  [
    'went silent',
    { silence: { days: 4, missed: 3, isUnusual: true, hasRhythm: true } },
    [/whether its webhook is still there/],
    /silent on 3 days on which it usually delivers/,
  ],
])('a source that %s is a problem with a remedy', (_what, overrides, fixes, fact) => {
  const finding = found(overrides)
  expect(finding.state).toBe('problem')
  expect(finding.fixes).toEqual(fixes.map((fix) => expect.stringMatching(fix)))
  expect(finding.facts).toContainEqual(expect.stringMatching(fact))
})

test.each<[what: string, overrides: Partial<SourceFacts>, fix: RegExp, fact: RegExp]>([
  [
    'was never heard',
    unheard,
    /^let Mandrill post to \/webhooks\/mandrill \(docs\/providers\/mandrill\.md\)$/,
    /^nothing in 92 days$/,
  ],
  [
    'was heard a month ago, and too rarely before to have a rhythm',
    { silence: { days: 31, missed: 4, isUnusual: true, hasRhythm: false } },
    /whether its webhook is still there/,
    /silent on 4 days/,
  ],
])(
  'a source that %s is quiet, which may be as it should, and says what to do if not',
  (_what, overrides, fix, fact) => {
    const finding = found(overrides)
    expect(finding).toMatchObject({ state: 'quiet', fixes: [expect.stringMatching(fix)] })
    expect(finding.facts).toContainEqual(expect.stringMatching(fact))
  },
)

test('a token in the URL that is lacking is told where to stand', () => {
  const source = {
    id: 'lemlist',
    name: 'lemlist',
    variable: 'LEMLIST_WEBHOOK_SECRET',
    signsUrl: false,
    url: 'https://crm.example.com/webhooks/lemlist',
    urlToken: 'always',
  } as const
  const { state, fixes } = found({ source, refused: [{ what: 'missing', count: 1, lastAt: after }] })
  expect(state).toBe('problem')
  expect(fixes).toEqual([
    'let lemlist post to https://crm.example.com/webhooks/lemlist/<the value of LEMLIST_WEBHOOK_SECRET> (docs/providers/lemlist.md)',
  ])
})

test.each<[what: string, overrides: Partial<SourceFacts>]>([
  [
    'refusals before its last delivery, which anybody can cause',
    { refused: [{ what: 'missing', count: 9, lastAt: before }] },
  ],
  ['parts that were kept long ago', { kept: 3 }],
  ['events of a kind unknown here', { unnamed: 3 }],
])('%s are told and no problem', (_what, overrides) => {
  const finding = found(overrides)
  expect(finding).toMatchObject({ state: 'ok', fixes: [] })
  expect(finding.facts).toHaveLength(3)
})
