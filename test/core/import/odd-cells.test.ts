import { describe, expect, test } from 'vitest'

import { createImports } from '../../../src/core/import/imports.ts'
import { contactByAddress } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'

const NOW = Date.parse('2026-03-02T09:00:00Z')

async function bringIn(database: Database, name: string, text: string) {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text)
  }
  const imports = createImports({ database, dayOf: createDayOf('UTC'), now: () => NOW, jobsFor: () => [] })
  const order = { by: 'U0ADA', campaign: null, tags: [], overwrite: false, enrich: false }
  const { stage, counts } = await imports.run(await imports.begin({ ...order, name, bytes: bytes() }))
  const { created, invalid } = counts
  return { stage, created, invalid }
}

/** Signs that no compression makes smaller, and that take most bytes. */
function noise(length: number): string {
  let state = 12345
  const signs = Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return String.fromCodePoint(0x1f300 + (state % 700))
  })
  return signs.join('')
}

const LONG = noise(6000)
/** Each is eighteen letters when names are compared. */
const WIDE = Array.from({ length: 200 }, (_, n) => String.fromCodePoint(n % 3 === 0 ? 0xfdfa : 0x1f300 + n)).join('')

describe.each(databases)('one odd cell of a list on $name', ({ open }) => {
  test('of a table costs nobody else', async () => {
    await using database = await open()
    const header = 'email,first name,last name,company,title,campaign,tags,owner'
    const rows = ['a@x.example,A,B,C,D,E,F,', `b@x.example${`,${LONG}`.repeat(7)}`, `c@x.example,${WIDE},${WIDE},,,,,`]
    expect(await bringIn(database, 'people.csv', `${header}\n${rows.join('\n')}\nd@x.example,D,,,,,,\n`)).toEqual({
      stage: 'done',
      created: 4,
      invalid: 0,
    })
    const bob = await contactByAddress(database, 'b@x.example')
    expect(bob).toMatchObject({ customFields: { 'first name': LONG } })
    expect(LONG.startsWith(bob?.firstName ?? 'nothing')).toBe(true)
  })

  test('of the interchange format costs no more than its entry', async () => {
    await using database = await open()
    const claim = [{ source: 'x', value: LONG, at: '2026-01-01' }]
    const event = { engagement_type: 'email_sent', timestamp: '2026-02-03' }
    const campaign = { id: null, name: LONG.slice(0, 1000), step: LONG }
    const extras = { provider: 'x', id: 'y', campaign }
    const longest = { provider: noise(50), id: noise(500), rfcMessageId: noise(500) }
    const fields = ['first_name', 'last_name', 'company', 'title', 'imported_from_campaign', 'owner']
    const people: Readonly<Record<string, unknown>> = {
      'a@x.example': {},
      'b@x.example': Object.fromEntries([...fields.map((field) => [field, LONG]), ['tags', [LONG]]]),
      'c@x.example': { first_name: 'x'.repeat(2_000_000) },
      'd@x.example': { enrichment_claims: { first_name: claim, last_name: claim } },
      'e@x.example': { engagements: [{ ...event, metadata: { touchpoint: extras } }] },
      'f@x.example': { engagements: [{ ...event, metadata: { touchpoint: { provider: 'x', id: LONG } } }] },
      'g@x.example': {
        engagements: [{ ...event, metadata: { touchpoint: { ...extras, id: 'z', rfcMessageId: LONG } } }],
      },
      'w@x.example': {
        ...Object.fromEntries(fields.map((field) => [field, noise(200)])),
        tags: [noise(100)],
        engagements: [
          { ...event, metadata: { touchpoint: { ...longest, campaign: { ...campaign, name: noise(500) } } } },
        ],
      },
      [`${'x'.repeat(319)}\u{1f600}`]: {},
      'h\ud83d@x.example': {},
      'i\0': {},
      'z@x.example': { first_name: 'Zoë' },
    }
    const { stage, created, invalid } = await bringIn(database, 'people.json', JSON.stringify(people))
    expect(stage).toBe('done')
    expect(created + invalid).toBe(Object.keys(people).length)
    expect(await contactByAddress(database, 'b@x.example')).toMatchObject({ customFields: { last_name: LONG } })
    expect(await contactByAddress(database, 'c@x.example')).toBeUndefined()
    expect(await contactByAddress(database, 'w@x.example')).toMatchObject({ company: noise(200), tags: [noise(100)] })
    expect(await contactByAddress(database, 'z@x.example')).toMatchObject({ firstName: 'Zoë' })
  })
})
