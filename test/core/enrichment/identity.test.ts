import { describe, expect, test } from 'vitest'

import { type Asked, asGuess, resemblance } from '../../../src/core/enrichment/identity.ts'
import { emailOf } from '../../../src/core/enrichment/normalise.ts'
import type { Person } from '../../../src/core/enrichment/provider.ts'
import { openSqlite } from '../../support/databases.ts'
import { addPeople, anEngine, anEnricher, FULL, hit, lookups, rowOf } from './engine.ts'

const asked: Asked = {
  ...{ email: 'ada@acme.example', domain: 'acme.example', firstName: 'Ada', lastName: 'Lovelace' },
  isCompanyAddress: true,
}

function aPerson(email: string | null, companyDomain: string | null = null, lastName?: string): Person {
  const fields = lastName === undefined ? {} : { lastName: { value: lastName } }
  return { email, companyDomain, fields, emailStatus: null }
}

describe('an answer about', () => {
  test.each<[what: string, person: Person, resemblance: string]>([
    ['the same address', aPerson('ada@acme.example'), 'same'],
    ['the same address in another case', aPerson('ADA@Acme.example'), 'same'],
    ['the same address and company', aPerson('ada@acme.example', 'acme.example'), 'same'],
    ['the same address, and a company above its domain', aPerson('ada@acme.example', 'mail.acme.example'), 'same'],
    ['the same address at another company', aPerson('ada@acme.example', 'brightforge.example'), 'moved'],
    ['a company whose name ends alike', aPerson('ada@acme.example', 'notacme.example'), 'moved'],
    ['the same address and another name', aPerson('ada@acme.example', null, 'King'), 'same'],
    ['another address', aPerson('eve@acme.example'), 'another'],
    ['another address with the same name', aPerson('ada@brightforge.example', null, 'Lovelace'), 'another'],
    ['no address', aPerson(null), 'same'],
    ['no address, and the same surname in other letters', aPerson(null, null, 'LÓVELACE'), 'same'],
    ['no address, and a surname with more to it', aPerson(null, null, 'King-Lovelace'), 'same'],
    ['no address, and another surname', aPerson(null, null, 'King'), 'another'],
    ['no address, and another company', aPerson(null, 'brightforge.example', 'Lovelace'), 'another'],
    ['no address, and the same company', aPerson(null, 'acme.example', 'Lovelace'), 'same'],
  ])('%s', (_what, person, expected) => {
    expect(resemblance(asked, person)).toBe(expected)
  })

  test('somebody whose surname nobody knows is judged by the company alone', () => {
    expect(resemblance({ ...asked, lastName: null }, aPerson(null, null, 'King'))).toBe('same')
  })

  test('an address at a mail service says nothing of the company', () => {
    const atService = { ...asked, email: 'ada@gmail.com', domain: 'gmail.com', isCompanyAddress: false }
    expect(resemblance(atService, aPerson('ada@gmail.com', 'acme.example'))).toBe('same')
    expect(resemblance(atService, aPerson(null, 'acme.example', 'Lovelace'))).toBe('same')
  })

  test.each(['email_not_unlocked@domain.com', 'Email_Not_Unlocked@acme.example', 'first.last@domain.com', 'N/A', ''])(
    '%j names no address',
    (text) => {
      expect(emailOf(text)).toBeNull()
    },
  )
})

test('of somebody who moved, what is told of the job is a guess, and the rest stands', () => {
  const fields = {
    jobTitle: { value: 'CTO', confidence: 0.9 },
    linkedinUrl: { value: 'https://www.linkedin.com/in/ada' },
  }
  expect(asGuess(fields)).toEqual({
    jobTitle: { value: 'CTO', confidence: 0.4, note: 'at another company than the address' },
    linkedinUrl: fields.linkedinUrl,
  })
})

describe('a provider that answers', () => {
  test('about somebody else has nothing of it kept, and is not asked the same again', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const valid = { emailStatus: { status: 'valid', detail: null } } as const
    const apollo = anEnricher('apollo', () => hit({ email: 'eve@acme.example' }, FULL, valid))
    const { enrichment } = anEngine(database, [apollo])
    const outcome = await enrichment.enrichContact(ada)
    expect(outcome).toMatchObject({ kind: 'nothing', found: [] })
    const row = await rowOf(database, ada)
    expect(JSON.stringify(row.claims)).not.toMatch(/apollo|Acme Ltd|Head of Sales/)
    expect(row).toMatchObject({ emailStatus: 'unknown', enrichedAt: null, status: 'new' })
    expect(await lookups(database)).toMatchObject([{ outcome: 'miss' }])
    await enrichment.enrichContact(ada)
    expect(apollo.calls.length).toBe(1)
  })

  test('about somebody who moved is believed no more than a guess about the job', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const moved = { companyDomain: 'brightforge.example' }
    const apollo = anEnricher('apollo', (clue) => hit(clue, { ...FULL, companyName: 'Brightforge' }, moved))
    const pdl = anEnricher('pdl', (clue) => hit(clue, { companyName: 'Acme Ltd', jobTitle: 'Countess' }))
    const { found } = await anEngine(database, [apollo, pdl]).enrichment.enrichContact(ada)
    expect(pdl.calls.length).toBe(1)
    expect(found).toEqual(['companyName', 'jobTitle', 'linkedinUrl'])
    const { claims } = await rowOf(database, ada)
    expect(claims.companyName).toMatchObject({
      apollo: { value: 'Brightforge', confidence: 0.4, note: 'at another company than the address' },
      pdl: { value: 'Acme Ltd' },
    })
  })
})
