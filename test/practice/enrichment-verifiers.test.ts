import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { IMANI, post, startVendors, type Vendors } from './enrichment-support.ts'

/** One truth about a mailbox in the words of ZeroBounce, Hunter, MillionVerifier, Reacher and Dropcontact. */
const VERDICTS: readonly (readonly [what: string, email: string, words: string])[] = [
  ['that works', IMANI, 'valid valid ok safe nominative@pro'],
  ['of a free provider', 'jo@postbag.example', 'valid webmail ok safe nominative@perso'],
  ['of a team', 'info@kestrelvane.example', 'do_not_mail/role_based valid ok risky generic@pro'],
  [
    'whose server takes any name',
    'oksana.hrytsenko@haldentooling.example',
    'catch-all accept_all catch_all risky catch-all@pro',
  ],
  [
    'whose server takes any name, which ZeroBounce calls valid',
    'vikram@tamarindstreet.example',
    'valid/accept_all accept_all catch_all risky catch-all@pro',
  ],
  [
    'of somebody who left where the server takes any name, as only Dropcontact knows',
    'callum.ferrier@haldentooling.example',
    'catch-all accept_all catch_all risky invalid@pro',
  ],
  [
    'whose server wants strangers to come again, as only some do',
    'r.peake@ulverholm.example',
    'unknown/greylisted unknown ok unknown nominative@pro',
  ],
  [
    'of somebody who left',
    'hannah.tsosie@mossgate.example',
    'invalid/mailbox_not_found invalid invalid invalid invalid@pro',
  ],
  [
    'that the company never had',
    'no.body@kestrelvane.example',
    'invalid/mailbox_not_found invalid invalid invalid invalid@pro',
  ],
  [
    'that lives ten minutes',
    'x7@tenminutes.example',
    'do_not_mail/disposable disposable disposable risky random@disposable',
  ],
  [
    'of a domain that nobody heard of',
    'nobody@example.com',
    'unknown/timeout_exceeded unknown unknown unknown non_validated@pro',
  ],
  ['that is no address', 'nobody', 'invalid/failed_syntax_check invalid invalid invalid non_validated@pro'],
]

test.each(VERDICTS)('a mailbox %s, %s, is %s', async (_what, email, words) => {
  await using vendors = await startVendors({ batchMs: 0 })
  const said = [
    await zerobounceOn(vendors, email),
    await hunterOn(vendors, email),
    Checked.parse((await vendors.about('millionverifier', email)).json).result,
    Reached.parse((await vendors.about('reacher', email)).json).is_reachable,
    await dropcontactOn(vendors, email),
  ]
  expect(said.join(' ')).toBe(words)
})

const Validated = z.looseObject({ status: z.string(), sub_status: z.string() })
const Verified = z.looseObject({ data: z.looseObject({ status: z.string() }) })
const Checked = z.looseObject({ result: z.string(), resultcode: z.number() })
const Reached = z.looseObject({ is_reachable: z.string() })
const Batch = z.looseObject({ request_id: z.string() })
const Fetched = z.looseObject({
  data: z.tuple([z.looseObject({ email: z.tuple([z.object({ email: z.string(), qualification: z.string() })]) })]),
})

async function zerobounceOn(vendors: Vendors, email: string): Promise<string> {
  const { status, sub_status } = Validated.parse((await vendors.about('zerobounce', email)).json)
  return sub_status ? `${status}/${sub_status}` : status
}

async function hunterOn(vendors: Vendors, email: string): Promise<string> {
  const { json } = await vendors.ask('hunter', `/email-verifier?email=${encodeURIComponent(email)}`)
  return Verified.parse(json).data.status
}

async function dropcontactOn(vendors: Vendors, email: string): Promise<string> {
  const { request_id } = Batch.parse((await vendors.about('dropcontact', email)).json)
  const { data } = Fetched.parse((await vendors.ask('dropcontact', `/v1/enrich/all/${request_id}`)).json)
  return data[0].email[0].qualification
}

describe('ZeroBounce', () => {
  const batch = async (vendors: Vendors, emails: readonly string[], key = vendors.apis.env.ZEROBOUNCE_API_KEY) => {
    const email_batch = emails.map((email_address) => ({ email_address, ip_address: null }))
    return await vendors.ask('zerobounce', '/validatebatch', post({ api_key: key, email_batch }))
  }

  test('checks many at once', async () => {
    await using vendors = await startVendors()
    const { json } = await batch(vendors, [IMANI, 'hannah.tsosie@mossgate.example'])
    expect(json).toMatchObject({
      email_batch: [
        { address: IMANI, status: 'valid', account: 'imani.okonjo', domain: 'kestrelvane.example', mx_found: 'true' },
        { address: 'hannah.tsosie@mossgate.example', status: 'invalid' },
      ],
      errors: [],
    })
  })

  test.each([
    ['more than two hundred', Array.from({ length: 201 }, () => IMANI), /200/],
    ['none', [], /email_batch/],
  ])('answers 200 to %s at once, and says what is wrong with it', async (_what, emails, error) => {
    await using vendors = await startVendors()
    const { status, json } = await batch(vendors, emails)
    expect([status, json]).toMatchObject([
      200,
      { email_batch: [], errors: [{ error: expect.stringMatching(error), email_address: 'all' }] },
    ])
  })

  test('answers 200 to a batch with a wrong key, or without credits, and in the same words', async () => {
    await using vendors = await startVendors()
    const error = 'Invalid API Key or your account ran out of credits'
    const whole = { email_batch: [], errors: [{ error, email_address: 'all' }] }
    const refused = await batch(vendors, [IMANI], 'wrong')
    expect([refused.status, refused.json]).toEqual([200, whole])
    vendors.apis.setMood('zerobounce', { outOfCredits: true })
    const empty = await batch(vendors, [IMANI])
    expect([empty.status, empty.json]).toEqual([200, whole])
  })

  test('takes few batches a minute', async () => {
    await using vendors = await startVendors()
    const statuses = []
    for (let nth = 0; nth < 21; nth += 1) statuses.push((await batch(vendors, [IMANI])).status)
    expect(statuses).toEqual([...Array(20).fill(200), 429])
    vendors.clock.now += 60_000
    expect((await batch(vendors, [IMANI])).status).toBe(200)
  })

  test('bills what it could tell, and says what is left, or -1 to a wrong key', async () => {
    await using vendors = await startVendors()
    await batch(vendors, [IMANI, 'hannah.tsosie@mossgate.example', 'nobody@example.com'])
    const credits = async (key?: string) =>
      (await vendors.ask('zerobounce', '/getcredits', key === undefined ? {} : { key })).json
    expect([await credits(), await credits('wrong')]).toEqual([{ Credits: '19998' }, { Credits: '-1' }])
    vendors.apis.setMood('zerobounce', { outOfCredits: true })
    expect(await credits()).toEqual({ Credits: '0' })
  })

  test('closes the door for an hour after a hundred bad requests in a minute', async () => {
    await using vendors = await startVendors()
    await Promise.all(Array.from({ length: 99 }, () => vendors.about('zerobounce', IMANI, { key: 'wrong' })))
    expect((await vendors.about('zerobounce', IMANI)).json).toMatchObject({ status: 'valid' })
    expect((await vendors.about('zerobounce', IMANI, { key: 'wrong' })).status).toBe(429)
    vendors.clock.now += 60 * 60_000 - 1
    expect((await vendors.about('zerobounce', IMANI)).status).toBe(429)
    vendors.clock.now += 1
    expect((await vendors.about('zerobounce', IMANI)).json).toMatchObject({ status: 'valid' })
  })

  test('wants an address, and knows no other paths', async () => {
    await using vendors = await startVendors()
    expect((await vendors.ask('zerobounce', '/validate')).json).toEqual({ error: 'Missing parameter: email.' })
    expect((await vendors.ask('zerobounce', '/bulk')).status).toBe(404)
  })
})

describe('MillionVerifier', () => {
  test('answers with a code beside the word, and what is left', async () => {
    await using vendors = await startVendors()
    expect((await vendors.about('millionverifier', IMANI)).json).toMatchObject({
      quality: 'good',
      result: 'ok',
      resultcode: 1,
      free: false,
      role: false,
      credits: 19_999,
      error: '',
    })
    const codes = ['vikram@tamarindstreet.example', 'nobody@example.com', 'x@tenminutes.example', 'nobody'].map(
      async (email) => Checked.parse((await vendors.about('millionverifier', email)).json),
    )
    expect((await Promise.all(codes)).map(({ resultcode }) => resultcode)).toEqual([2, 3, 5, 6])
  })

  test('wants an address, and knows no other paths', async () => {
    await using vendors = await startVendors()
    expect((await vendors.ask('millionverifier', '/')).json).toMatchObject({
      result: 'error',
      error: expect.stringMatching(/email/),
    })
    expect((await vendors.ask('millionverifier', '/credits')).status).toBe(404)
  })
})

describe('Reacher', () => {
  test('says how it came to its verdict, and asks for no key', async () => {
    await using vendors = await startVendors()
    const { json } = await vendors.about('reacher', 'vikram@tamarindstreet.example')
    expect(json).toEqual({
      input: 'vikram@tamarindstreet.example',
      is_reachable: 'risky',
      misc: { is_disposable: false, is_role_account: false, is_b2c: false },
      mx: { accepts_mail: true, records: ['mx.tamarindstreet.example.'] },
      smtp: {
        can_connect_smtp: true,
        has_full_inbox: false,
        is_catch_all: true,
        is_deliverable: true,
        is_disabled: false,
      },
      syntax: {
        address: 'vikram@tamarindstreet.example',
        domain: 'tamarindstreet.example',
        username: 'vikram',
        is_valid_syntax: true,
      },
    })
  })

  test('wants an address, and knows no other paths', async () => {
    await using vendors = await startVendors()
    expect((await vendors.ask('reacher', '/v1/check_email', post({}))).status).toBe(400)
    expect((await vendors.ask('reacher', '/v1/check_email')).status).toBe(404)
  })
})
