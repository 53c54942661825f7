import { describe, expect, test } from 'vitest'

import { Unclear, unclearAmong } from '../../../src/core/import/opt-outs.ts'
import { inspect, readRows } from '../../../src/core/import/read.ts'
import { sourceOf } from '../../../src/core/import/source.ts'
import { broughtFrom } from './support.ts'

const LISTED = Date.UTC(2026, 2, 1)
const UNSUBSCRIBED = { reason: 'unsubscribed', since: LISTED, event: 'import' }

/** What a list says of the one person in it. */
async function readAda(columns: Readonly<Record<string, string>>) {
  const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell}"`).join(',')
  const csv = `email,${quoted(Object.keys(columns))}\nada@example.com,${quoted(Object.values(columns))}\n`
  const { contacts } = await broughtFrom(sourceOf('people.csv', csv), { listedAt: LISTED })
  return contacts[0] ?? {}
}

async function suppressionOf(columns: Readonly<Record<string, string>>): Promise<unknown> {
  return (await readAda(columns)).suppression ?? null
}

async function unclearIn(csv: string): Promise<readonly string[]> {
  const source = sourceOf('people.csv', csv)
  const rows = await Array.fromAsync(readRows(source, { inspection: await inspect(source), listedAt: LISTED }))
  const unclear = new Unclear()
  unclear.add(unclearAmong(rows))
  return unclear.sentences
}

describe('a date since when nobody should write', () => {
  test.each([
    ['UNSUB_TIME', '1/5/2023 10:00'],
    ['UNSUB_TIME', '05.01.2023'],
    ['UNSUB_TIME', 'Jan 5, 2023 10:00 AM'],
    ['UNSUB_TIME', '44931.42'],
    ['UNSUB_TIME', '44931.4212'],
    ['UNSUB_TIME', '44931.0421'],
    ['suppressed_at', '1/5/2023'],
    ['Unsubscribed', 'No longer a subscriber since 2023'],
    ['Unsubscribed', 'Active - unsubscribed 2023-01-05'],
    ['Unsubscribed', 'Valid (do not contact, 2023)'],
  ])('%s %s cannot be read: since the list came, and the text is kept', async (header, date) => {
    expect(await readAda({ [header]: date })).toMatchObject({
      suppression: UNSUBSCRIBED,
      customFields: { [header]: date },
    })
  })

  test('of a bounce that cannot be read is one since the list came', async () => {
    expect(await suppressionOf({ CLEAN_TIME: '05.01.2023' })).toEqual({ ...UNSUBSCRIBED, reason: 'hard_bounce' })
  })

  test('alone is enough', async () => {
    const since = Date.UTC(2025, 5, 1)
    expect(await suppressionOf({ 'Suppressed at': '2025-06-01' })).toEqual({ ...UNSUBSCRIBED, since })
    expect(await suppressionOf({ Unsubscribed: '2025-06-01' })).toEqual({ ...UNSUBSCRIBED, since })
    expect(await suppressionOf({ Unsubscribed: 'no', 'Unsubscribed at': '2025-06-01' })).toEqual({
      ...UNSUBSCRIBED,
      since,
    })
  })

  test('dates the reason beside it', async () => {
    const since = Date.UTC(2025, 5, 1)
    expect(await suppressionOf({ Suppression: 'Cleaned', 'Suppressed at': '2025-06-01' })).toEqual({
      reason: 'hard_bounce',
      since,
      event: 'import',
    })
    expect(await suppressionOf({ 'Opted Out': 'yes', 'Unsubscribed at': '2025-06-01' })).toEqual({
      ...UNSUBSCRIBED,
      since,
    })
  })

  test.each(['0001-01-01', '0001-01-01T00:00:00Z', '1/1/0001 12:00:00 AM', '0000-00-00 00:00:00', '1970-01-01', '0'])(
    '%s is what programs write for none',
    async (date) => {
      expect(await suppressionOf({ 'Unsubscribed At': date })).toBeNull()
    },
  )

  test.each([
    '9999-12-31',
    '9999-12-31T23:59:59Z',
    '9999-12-31 23:59:59.9999999',
    '31.12.9999',
    '12/31/9999',
    '31-Dec-9999',
    '2226-01-05',
    '2026-03-03',
  ])('%s is after the list came, which is none, and is kept', async (date) => {
    expect(await readAda({ 'Unsubscribed At': date })).toEqual({
      email: 'ada@example.com',
      customFields: { 'Unsubscribed At': date },
    })
    expect(await suppressionOf({ Unsubscribed: date })).toBeNull()
  })

  test('may be the day after the list came, where clocks go ahead', async () => {
    expect(await suppressionOf({ 'Unsubscribed At': '2026-03-02' })).toMatchObject({ since: Date.UTC(2026, 2, 2) })
  })

  test.each(['never', '-', 'n/a', 'NULL', 'no', ''])('%j is none', async (word) => {
    expect(await suppressionOf({ 'Unsubscribed At': word })).toBeNull()
  })
})

describe('a column of those who said no', () => {
  test.each([
    'Unsubscribed',
    'Has Opted Out of Email',
    'HasOptedOutOfEmail',
    'Email Opted Out',
    'Email Opt Out',
    'Email Opt-Out',
    'Opted Out',
    'Do Not Email',
    'Do Not Contact',
    'Blocklisted',
    'Unsubscribed from all email',
    'Suppressed',
  ])('may be called %s', async (header) => {
    expect(await suppressionOf({ [header]: 'true' })).toEqual(UNSUBSCRIBED)
    expect(await suppressionOf({ [header]: 'false' })).toBeNull()
  })

  test.each(['WAHR', 'vrai', 'verdadero', 'vero', 't', 'TRUE', '1', 'Ja', 'sí', 'x', '✓', '05.01.2023'])(
    'says so with %s',
    async (word) => {
      expect(await suppressionOf({ Unsubscribed: word })).toEqual(UNSUBSCRIBED)
      expect(await suppressionOf({ Suppressed: word })).toEqual(UNSUBSCRIBED)
    },
  )

  test.each([
    ['Opt-out', 'opted_out'],
    ['opted out', 'opted_out'],
    ['Spam', 'complained'],
    ['Cleaned', 'hard_bounce'],
    ['unsubscribed', 'unsubscribed'],
  ])('may give the reason %s', async (word, reason) => {
    expect(await suppressionOf({ Unsubscribed: word })).toMatchObject({ reason })
  })

  test.each(['FALSCH', 'faux', 'falso', 'f', 'no', '0', 'Subscribed', 'Nein'])('says nothing with %s', async (word) => {
    expect(await readAda({ Unsubscribed: word })).toEqual({ email: 'ada@example.com' })
  })

  test.each(['0.00%', '0 %', '0,00', '0.00', '12.50%', '12.50', 'No (2024)', 'no - 2024-01-05', 'Nein, Stand 2024'])(
    'says nothing with %s',
    async (text) => {
      expect(await suppressionOf({ Unsubscribed: text })).toBeNull()
      expect(await suppressionOf({ 'Do not contact': text })).toBeNull()
    },
  )

  test.each(['0.00%', '0 %', '0,00', '0000-00-00 00:00:00'])('says nothing worth keeping with %s', async (text) => {
    expect(await readAda({ Unsubscribed: text })).toEqual({ email: 'ada@example.com' })
    expect(await unclearIn(`email,Unsubscribed\nada@example.com,"${text}"\n`)).toEqual([])
  })

  test('keeps what is said beside a no', async () => {
    expect(await readAda({ 'Do not contact': 'No (2024)' })).toMatchObject({
      customFields: { 'Do not contact': 'No (2024)' },
    })
  })

  test('is none of those who should not be called', async () => {
    for (const header of ['DNC', 'Do Not Call']) {
      expect(await readAda({ [header]: 'Y' })).toEqual({ email: 'ada@example.com', customFields: { [header]: 'Y' } })
    }
  })

  test('of HubSpot may be for one kind of mail, or give the reason of a bounce', async () => {
    expect(await suppressionOf({ 'Opted out of email: One to One': 'Yes' })).toEqual(UNSUBSCRIBED)
    expect(await suppressionOf({ 'Opted out of email: One to One': 'No' })).toBeNull()
    expect(await readAda({ 'Email hard bounce reason': 'Unknown user' })).toMatchObject({
      suppression: { ...UNSUBSCRIBED, reason: 'hard_bounce' },
      customFields: { 'Email hard bounce reason': 'Unknown user' },
    })
  })

  test('may hold a link with which to unsubscribe', async () => {
    expect(await suppressionOf({ Unsubscribe: 'https://list.example/u/12345?a=2023-01-05' })).toBeNull()
  })

  test('counts wherever it stands among several', async () => {
    expect(await suppressionOf({ Unsubscribed: 'no', 'Do Not Contact': 'yes' })).toEqual(UNSUBSCRIBED)
    expect(await suppressionOf({ 'Do Not Contact': '', Unsubscribed: '', 'Email Opt Out': '1' })).toEqual(UNSUBSCRIBED)
    expect(await suppressionOf({ Unsubscribed: 'yes', Status: 'Complained' })).toMatchObject({ reason: 'complained' })
  })

  test('counts where it becomes a field of the contact, and not where it is left out', async () => {
    const source = sourceOf('people.csv', 'email,Unsubscribed\nada@example.com,yes\n')
    const email = { index: 0, field: 'email' } as const
    const kept = await broughtFrom(source, { listedAt: LISTED, columns: [email, { index: 1, custom: 'Unsubscribed' }] })
    expect(kept.contacts).toMatchObject([{ suppression: UNSUBSCRIBED, customFields: { Unsubscribed: 'yes' } }])
    const without = await broughtFrom(source, { listedAt: LISTED, columns: [email] })
    expect(without.contacts).toEqual([{ email: 'ada@example.com' }])
  })

  test('is not one of those who said yes', async () => {
    expect(await readAda({ Subscribed: 'yes' })).toMatchObject({ customFields: { Subscribed: 'yes' } })
    expect(await suppressionOf({ Subscribed: 'yes' })).toBeNull()
  })
})

describe('a status', () => {
  test.each([
    ['Status', 'Unsubscribed', 'unsubscribed'],
    ['Lead Status', 'Unsubscribed', 'unsubscribed'],
    ['Email status', 'Cleaned', 'hard_bounce'],
    ['Email Marketing Status', 'Complained', 'complained'],
    ['Status', 'Spam', 'complained'],
    ['Stage', 'Do not contact', 'opted_out'],
    ['Category', 'Do Not Contact', 'opted_out'],
    ['Subscription status', 'Opted out', 'opted_out'],
    ['Lead Status', 'Hard bounced', 'hard_bounce'],
    ['Lead status', 'Bounced', 'hard_bounce'],
    ['lastState', 'emailsUnsubscribed', 'unsubscribed'],
    ['lastState', 'emailsBounced', 'hard_bounce'],
    ['laststate', 'emailsUnsubscribed', 'unsubscribed'],
    ['lead_category', 'Do Not Contact', 'opted_out'],
    ['Email Marketing Consent', 'UNSUBSCRIBED', 'unsubscribed'],
    ['Email & SMS consent', 'Unsubscribed', 'unsubscribed'],
    ['Marketing Consent', 'Opted out', 'opted_out'],
    ['EMAIL_MARKETING_STATUS', 'CLEANED', 'hard_bounce'],
    ['leadstatus', 'Bounced', 'hard_bounce'],
    ['Lead Status', 'DNC', 'opted_out'],
    ['Contact Stage', 'Spam', 'complained'],
    ['Contact status', 'Abuse', 'complained'],
    ['Kontakt-Status', 'Blacklisted', 'opted_out'],
    ['Estado', 'Bounced', 'hard_bounce'],
    ['CRM status', 'Bounced', 'hard_bounce'],
    ['Marketing status', 'Bounced', 'hard_bounce'],
    ['Subscriber status', 'Complaint', 'complained'],
    ['Campaign Member Status', 'Bounced', 'hard_bounce'],
    ['Secondary Email Status', 'Unsubscribed', 'unsubscribed'],
    ['State', 'Do not email', 'opted_out'],
  ])('%s: %s suppresses, and is kept', async (header, word, reason) => {
    expect(await readAda({ [header]: word })).toMatchObject({
      suppression: { reason, since: LISTED, event: 'import' },
      customFields: { [header]: word },
    })
  })

  test.each([
    'Unsubscribed - via link',
    'Unsubscribed by user',
    'Unsubscribed (2024)',
    '(Un-subscribed) 2024',
    'Active, unsubscribed later',
    'Not interested: unsubscribed',
    'Has opted-out of e-mail',
    'Do not mail',
    'Do not mail or call',
    'Do not email or call',
    'Do not e-mail or call',
    'Do not contact or call',
    "Don't email!",
    'Hard bounced twice',
    'Complained (abuse)',
    'Abgemeldet am 5. Mai',
    `They wrote at length that they had ${'very '.repeat(50)}much unsubscribed before`,
  ])('%s nearly says not to write: it suppresses nobody, and is said', async (word) => {
    for (const header of ['Lead Status', 'Stage']) {
      expect(await readAda({ [header]: word })).toEqual({ email: 'ada@example.com', customFields: { [header]: word } })
      expect(await unclearIn(`email,${header}\nada@example.com,"${word}"\n`)).toEqual([
        expect.stringContaining(`1 value of the column "${header}" may say not to write, but suppresses nobody`),
      ])
    }
  })

  test.each([
    'Resubscribed',
    'Not unsubscribed (2024)',
    'Never bounced - 2024',
    'No spam complaint so far',
    'No hard bounce',
    'Soft bounced (2024)',
    'No longer unsubscribed',
    'Nicht abgemeldet, Stand 2024',
    'Do not call or fax',
    'Contact them by mail',
    'Bounceds',
    'Option: out of office',
  ])('%s raises no question', async (word) => {
    for (const header of ['Lead Status', 'Stage']) {
      expect(await unclearIn(`email,${header}\nada@example.com,"${word}"\n`)).toEqual([])
      expect(await suppressionOf({ [header]: word })).toBeNull()
    }
  })

  test.each(['Soft bounced', 'Subscribed', 'Active', 'Open', 'Contacted', '1', 'true', 'x', '2025-06-01'])(
    '%s says nothing of that',
    async (word) => {
      expect(await suppressionOf({ Status: word })).toBeNull()
      expect(await suppressionOf({ 'Lead Status': word })).toBeNull()
    },
  )
})

describe('a status of something else', () => {
  const CONSENT = { 'Email Marketing Consent': 'SUBSCRIBED' }

  test.each([
    ['SMS Marketing Consent', 'UNSUBSCRIBED', CONSENT],
    ['sms_marketing_consent', 'UNSUBSCRIBED', {}],
    ['smsMarketingStatus', 'unsubscribed', {}],
    ['smsmarketingstatus', 'unsubscribed', {}],
    ['smsCampaignConsent', 'unsubscribed', {}],
    ['WhatsApp status', 'Opted out', {}],
    ['whatsapp_consent', 'Opted out', {}],
    ['Web push status', 'Unsubscribed', {}],
    ['Phone Status', 'Cleaned', {}],
    ['Text message consent', 'Opted out', {}],
    ['Payment status', 'Bounced', {}],
    ['paymentstatus', 'Bounced', {}],
    ['Invoice status', 'Bounced', {}],
    ['Ticket status', 'Spam', {}],
    ['Case Status', 'Complaint', {}],
    ['Contact data status', 'Cleaned', {}],
    ['Order status', 'Complained', {}],
    ['Deal stage', 'Spam', {}],
    ['Real Estate', 'Cleaned', {}],
    ['Real Estate', 'Unsubscribed', {}],
    ['realestate', 'Unsubscribed', {}],
  ])('%s: %s suppresses nobody, and raises no question', async (header, word, beside) => {
    expect(await readAda({ [header]: word, ...beside })).toEqual({
      email: 'ada@example.com',
      customFields: { [header]: word, ...beside },
    })
    expect(await unclearIn(`email,${header}\nada@example.com,${word}\n`)).toEqual([])
  })

  test.each([
    ['Category', 'Complaint'],
    ['Contact category', 'Complaint'],
    ['Stage', 'Spam'],
    ['State', 'Abuse'],
    ['Disposition', 'DNC'],
    ['Room status', 'Cleaned'],
    ['Delivery status', 'Bounced'],
    ['Supplier status', 'Blacklisted'],
    ['Email data status', 'Cleaned'],
    ['Secondary Email Status', 'Bounced'],
    ['Call disposition', 'Do not contact'],
    ['Deal stage', 'Unsubscribed'],
    ['Data processing consent', 'Opted out'],
  ])('%s: %s suppresses nobody, and is said before anybody is written to', async (header, word) => {
    expect(await readAda({ [header]: word })).toEqual({ email: 'ada@example.com', customFields: { [header]: word } })
    const people = ['a', 'b'].map((name) => `${name}@x.example,${word}`)
    expect(await unclearIn(`email,${header}\n${people[0]}\n`)).toEqual([
      `1 value of the column "${header}" may say not to write, but suppresses nobody ("${word}"): look at it before you write to this person.`,
    ])
    expect(await unclearIn(`email,${header}\n${people.join('\n')}\n`)).toEqual([
      `2 values of the column "${header}" may say not to write, but suppress nobody ("${word}"): look at them before you write to these people.`,
    ])
  })

  test('is what a person says it is', async () => {
    const source = sourceOf('people.csv', 'email,Data check\nada@example.com,Bounced\n')
    const columns = [
      { index: 0, field: 'email' },
      { index: 1, field: 'emailStatus' },
    ] as const
    const { contacts } = await broughtFrom(source, { listedAt: LISTED, columns })
    expect(contacts).toMatchObject([{ suppression: { ...UNSUBSCRIBED, reason: 'hard_bounce' } }])
  })
})

describe('what nobody understands', () => {
  test('is kept, and said before anybody is written to', async () => {
    const rows = ['a@x.example,maybe,', 'b@x.example,maybe,?!', 'c@x.example,ask Bob,', 'd@x.example,no,2026-01-01']
    expect(await unclearIn(`email,Unsubscribed,Unsubscribed at\n${rows.join('\n')}\n`)).toEqual([
      '3 values of the column "Unsubscribed" say nothing we understand ("maybe", "ask Bob"): look at them before you write to these people.',
      '1 value of the column "Unsubscribed at" says nothing we understand ("?!"): look at it before you write to this person.',
    ])
    expect(await readAda({ Unsubscribed: 'maybe' })).toEqual({
      email: 'ada@example.com',
      customFields: { Unsubscribed: 'maybe' },
    })
  })

  test('is nothing that only a status says', async () => {
    expect(await unclearIn('email,Status,Unsubscribed\na@x.example,Working,\nb@x.example,,yes\n')).toEqual([])
  })
})

test('a date that cannot be is none of a contact', async () => {
  const { createdAt, customFields } = await readAda({ Created: '0001-01-01' })
  expect(createdAt).toBeUndefined()
  expect(customFields).toEqual({ Created: '0001-01-01' })
})
