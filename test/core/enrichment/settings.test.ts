import { describe, expect, test } from 'vitest'

import { createEnrichment } from '../../../src/core/enrichment/create.ts'
import { PROVIDER_IDS } from '../../../src/core/enrichment/provider.ts'
import { ENRICHMENT_PROVIDERS } from '../../../src/core/enrichment/providers/index.ts'
import { KEY_VARIABLES, keyHashOf, readProviders } from '../../../src/core/enrichment/settings.ts'
import { openSqlite } from '../../support/databases.ts'
import { addPeople, dayOf, dns, START, silent } from './engine.ts'
import { aVendor } from './vendor.ts'

const isSafe = (url: string) => /^https:\/\/|^http:\/\/127\.0\.0\.1\b/.test(url)

function read(set: Readonly<Record<string, string | undefined>>) {
  return readProviders(set, isSafe)
}

test('every provider is there once, with variables of its own', () => {
  expect(ENRICHMENT_PROVIDERS.map(({ id }) => id).toSorted()).toEqual(PROVIDER_IDS.toSorted())
  const variables = ENRICHMENT_PROVIDERS.flatMap(({ variable, urlVariable }) => [...new Set([variable, urlVariable])])
  expect(new Set(variables).size).toBe(variables.length)
  expect(KEY_VARIABLES).not.toContain('REACHER_URL')
  expect(KEY_VARIABLES.length).toBe(6)
})

describe('the environment', () => {
  test('without any of the variables switches nothing on', () => {
    expect(read({})).toEqual({ providers: [], problems: [], warnings: [] })
    expect(read({ APOLLO_API_KEY: '' })).toEqual({ providers: [], problems: [], warnings: [] })
  })

  test('switches a provider on by its key, at its own base', () => {
    expect(read({ APOLLO_API_KEY: 'key-1' })).toEqual({
      providers: [{ id: 'apollo', key: 'key-1', baseUrl: 'https://api.apollo.io/api/v1' }],
      ...{ problems: [], warnings: [] },
    })
  })

  test('may name another base, with or without a slash at its end', () => {
    for (const url of ['http://127.0.0.1:9999/v1', 'http://127.0.0.1:9999/v1//']) {
      const { providers } = read({ HUNTER_API_KEY: 'key-1', HUNTER_API_URL: url })
      expect(providers).toEqual([{ id: 'hunter', key: 'key-1', baseUrl: 'http://127.0.0.1:9999/v1' }])
    }
  })

  test('says what is wrong with a base that would show the key to others', () => {
    const { problems } = read({ APOLLO_API_KEY: 'key-1', APOLLO_API_URL: 'http://api.example' })
    expect(problems).toEqual(['APOLLO_API_URL must be https, or http on this machine'])
  })

  test('says of a key that was copied with a space in it to copy it again, without repeating it', () => {
    const { problems } = read({ PDL_API_KEY: 'key one' })
    expect(problems).toEqual(['PDL_API_KEY has a space in it: copy the key again'])
  })

  test('says of a base without its key that it has no effect', () => {
    const { warnings, providers } = read({ APOLLO_API_URL: 'https://apollo.example' })
    expect(warnings).toEqual(['APOLLO_API_URL has no effect: Apollo is switched on by APOLLO_API_KEY'])
    expect(providers).toEqual([])
  })

  test.each([{}, { REACHER_URL: 'http://reacher:8080' }])(
    'says so of a base that there is not, also with %j',
    (set) => {
      const { warnings } = read({ ...set, REACHER_API_URL: 'http://reacher:8080' })
      expect(warnings).toEqual(['REACHER_API_URL has no effect: Reacher is switched on by REACHER_URL'])
    },
  )

  test('may name a server of one’s own by any address in its network, without a key', () => {
    expect(read({ REACHER_URL: 'http://reacher:8080/' }).providers).toEqual([
      { id: 'reacher', key: '', baseUrl: 'http://reacher:8080' },
    ])
    for (const url of ['reacher:8080', 'http://', 'ftp://reacher', 'http://user:secret@reacher']) {
      const { problems } = read({ REACHER_URL: url })
      expect(problems).toEqual(['REACHER_URL must be a URL such as http://reacher:8080'])
    }
  })

  test('names everything that is wrong at once', () => {
    expect(read({ APOLLO_API_KEY: 'a b', APOLLO_API_URL: 'x', REACHER_URL: 'y' }).problems.length).toBe(3)
  })
})

test('another key or another base is another chance, and no key can be read from it', () => {
  const settings = { id: 'apollo', key: 'key-1', baseUrl: 'https://api.example' } as const
  const hashes = [settings, { ...settings, key: 'key-2' }, { ...settings, baseUrl: 'https://b.example' }].map(keyHashOf)
  expect(new Set(hashes).size).toBe(3)
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/)
})

test('enrichment asks the providers that the settings name, where they say', async () => {
  await using database = await openSqlite()
  await using vendor = await aVendor(({ path }) => {
    if (path === '/v1/check_email') return { body: { input: 'ada@acme.example', is_reachable: 'safe' } }
    return { body: { person: { email: 'ada@acme.example', title: 'Countess' }, request_id: 1 } }
  })
  const { providers } = read({
    ...{ APOLLO_API_KEY: 'key-1', APOLLO_API_URL: `${vendor.origin}/apollo`, REACHER_URL: vendor.origin },
  })
  const [ada = 0] = await addPeople(database, ['ada@acme.example'])
  await using running = createEnrichment({
    settings: { providers, dailyCredits: 10, on: new Set() },
    ...{
      database,
      publicUrl: undefined,
      dayOf,
      now: () => START,
      random: () => 0.5,
      fetch,
      resolver: dns,
      log: silent,
    },
  })
  const outcome = await running.enrichment.enrichContact(ada)
  expect(outcome).toMatchObject({ kind: 'enriched', found: ['jobTitle', 'emailStatus'], asked: ['apollo', 'reacher'] })
  expect(vendor.asked.map(({ path }) => path)).toEqual(['/apollo/people/match', '/v1/check_email'])
  expect(vendor.asked[0]?.headers['x-api-key']).toBe('key-1')
})
