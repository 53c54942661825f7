import { describe, expect, test } from 'vitest'

import { enrichmentFindings } from '../../../src/core/enrichment/finding.ts'
import type { Trouble } from '../../../src/core/enrichment/provider.ts'
import { type EnrichmentSettings, keyHashOf } from '../../../src/core/enrichment/settings.ts'
import { enrichmentStatistics } from '../../../src/core/enrichment/statistics.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { countDay, insertCall, saveProvider } from '../../../src/core/store/enrichment.ts'
import { databases } from '../../support/databases.ts'

const now = Date.parse('2026-03-04T12:00:00Z')
const today = '2026-03-04'
const apollo = { id: 'apollo', key: 'a-key', baseUrl: 'https://api.apollo.io/api/v1' } as const
const reacher = { id: 'reacher', key: '', baseUrl: 'http://reacher:8080' } as const

function settings(overrides: Partial<EnrichmentSettings> = {}): EnrichmentSettings {
  return { providers: [apollo], dailyCredits: 500, on: new Set(['import', 'reply']), ...overrides }
}

async function findings(database: Database, overrides: Partial<EnrichmentSettings> = {}) {
  return await enrichmentFindings({ database, settings: settings(overrides), today, now })
}

async function trouble(
  database: Database,
  kind: Trouble | null,
  { keyHash = keyHashOf(apollo), until = null as number | null } = {},
) {
  const row = {
    provider: 'apollo',
    keyHash,
    trouble: kind,
    message: 'Apollo: it does not work',
    since: now - 1000,
  } as const
  await database.transaction((tx) => saveProvider(tx, { ...row, until, creditsLeft: 12.5 }))
}

describe.each(databases)('the health of enrichment on $name', ({ open }) => {
  test('without a provider it says what switches one on', async () => {
    await using database = await open()
    expect(await findings(database, { providers: [] })).toEqual([
      {
        name: 'enrichment',
        state: 'off',
        facts: [],
        fixes: [expect.stringMatching(/^set one of APOLLO_API_KEY, .*REACHER_URL to ask providers/)],
      },
    ])
  })

  test('a provider that nobody asked is well', async () => {
    await using database = await open()
    expect(await findings(database)).toEqual([
      {
        name: 'enrichment',
        state: 'ok',
        facts: ['0 of 500 credits spent today', 'by itself on import and reply'],
        fixes: [],
      },
      { name: 'Apollo (enrichment)', state: 'ok', facts: ['not asked today'], fixes: [] },
    ])
  })

  test('it tells what came of asking, and what is under way', async () => {
    await using database = await open()
    await database.transaction(async (tx) => {
      await countDay(tx, today, 'apollo', {
        calls: 3,
        hits: 7,
        misses: 2,
        mismatches: 1,
        uncertain: 4,
        failed: 1,
        credits: 11,
      })
      await countDay(tx, '2026-03-03', 'apollo', { calls: 9, hits: 90, credits: 90 })
      await insertCall(tx, {
        ...{ id: 'c1', provider: 'apollo', task: 'find', contactIds: [1], credits: 1, day: today, startedAt: now },
        ...{ requestId: null, deadlineAt: null, callbackHash: null },
      })
    })
    const [budget, provider] = await findings(database)
    expect(budget?.facts[0]).toBe('11 of 500 credits spent today')
    expect(provider).toMatchObject({ state: 'ok', fixes: [] })
    expect(provider?.facts).toEqual([
      '7 of 10 known today, 11 credits',
      '1 answer was about somebody else and not kept',
      expect.stringContaining('4 answers were lost'),
      '1 look-up failed and cost nothing',
      '1 under way',
    ])
    expect(await enrichmentStatistics(database, { days: 2, today, dailyCredits: 500 })).toMatchObject({
      ...{ from: '2026-03-03', to: today, spentToday: 11, dailyCredits: 500 },
      providers: [{ provider: 'apollo', calls: 12, hits: 97, misses: 2, mismatches: 1, credits: 101 }],
    })
  })

  test.each<[credits: number, state: string]>([
    [399, 'ok'],
    [400, 'ok'],
    [500, 'problem'],
    [501.5, 'problem'],
  ])('with %d of 500 credits spent it is %s, and from four fifths on it says what to do', async (credits, state) => {
    await using database = await open()
    await database.transaction((tx) => countDay(tx, today, 'apollo', { credits }))
    const [budget] = await findings(database)
    expect(budget).toMatchObject({
      state,
      fixes: credits < 400 ? [] : [expect.stringContaining('ENRICH_DAILY_CREDITS')],
    })
  })

  test.each<[kind: Trouble, until: number | null, fix: RegExp]>([
    ['auth_failed', null, /make a new key .*set APOLLO_API_KEY.*enrich --retry/],
    ['misconfigured', null, /change the plan .*enrich --retry/],
    ['out_of_credits', now + 1, /buy credits/],
    ['rate_limited', now + 1, /asked again by itself/],
    ['unavailable', now + 1, /status page of Apollo/],
  ])('%s is a problem with its fix', async (kind, until, fix) => {
    await using database = await open()
    await trouble(database, kind, { until })
    const [, provider] = await findings(database)
    expect(provider).toMatchObject({ state: 'problem', fixes: [expect.stringMatching(fix)] })
    expect(provider?.facts).toContainEqual({ words: 'Apollo: it does not work since', at: now - 1000 })
    expect(provider?.facts).toContain('12.5 credits left there')
    const again = { words: 'asked again from', at: until }
    if (until) expect(provider?.facts).toContainEqual(again)
    else expect(provider?.facts).not.toContainEqual(again)
  })

  test('a trouble is over when its time is, or when the key is another', async () => {
    await using database = await open()
    await trouble(database, 'rate_limited', { until: now })
    expect((await findings(database))[1]?.state).toBe('ok')
    await trouble(database, 'auth_failed', { keyHash: keyHashOf({ ...apollo, key: 'the key before' }) })
    expect((await findings(database))[1]?.state).toBe('ok')
  })

  test('a server of one’s own that is down is looked after at home', async () => {
    await using database = await open()
    const row = {
      provider: 'reacher',
      keyHash: keyHashOf(reacher),
      trouble: 'unavailable',
      message: 'm',
      since: now,
    } as const
    await database.transaction((tx) => saveProvider(tx, { ...row, until: now + 1, creditsLeft: null }))
    const [, provider] = await findings(database, { providers: [reacher] })
    expect(provider?.fixes).toEqual(['see whether the server at REACHER_URL runs'])
  })
})
