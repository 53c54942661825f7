import { describe, expect, test } from 'vitest'
import { newSender, SECRETS, type Signed } from '../../practice/email/sign.ts'
import { isAddress } from '../../src/core/address.ts'
import { nameAgain, readAgain } from '../../src/webhooks/read-delivery.ts'
import {
  aReceiver,
  type Fixture,
  fixturesOf,
  HOUR,
  MINUTE,
  NOW,
  patched,
  providers,
  requestOf,
  signed,
} from './harness.ts'

// Nothing below names a provider: a new one is covered by its folder of fixtures and its line in sign.ts.
describe.each(providers)('$id', (provider) => {
  const fixtures = fixturesOf(provider.id)
  const whole = fixtures.filter(({ cases }) => !cases)
  const tables = fixtures.filter(({ cases }) => cases)

  describe.each(whole)('$name', (fixture) => {
    const unsigned = requestOf(fixture)

    test('is answered 200 and read', async () => {
      const receiver = aReceiver()
      const response = await receiver.post(provider.id, signed(provider.id, unsigned))
      expect(response.status).toBe(200)
      const unreadable = fixture.unreadable ?? []
      expect(await response.json()).toEqual({
        accepted: fixture.events.length,
        duplicates: 0,
        unreadable: unreadable.length,
      })
      expect(receiver.events()).toMatchObject(fixture.events)
      expect(receiver.unreadable()).toMatchObject(unreadable)
    })

    test('gives every event a recipient, and an id that only it has', async () => {
      const { post, events } = aReceiver()
      await post(provider.id, signed(provider.id, unsigned))
      expect(events().every(({ recipient }) => isAddress(recipient))).toBe(true)
      expect(new Set(events().map(({ id }) => id)).size).toBe(fixture.events.length)
      expect(JSON.stringify(events()).isWellFormed()).toBe(true)
    })

    test('has the same ids when it comes again, later and signed anew', async () => {
      const [first, second] = [aReceiver(), aReceiver({ now: () => NOW + MINUTE })]
      await first.post(provider.id, signed(provider.id, unsigned))
      await second.post(provider.id, signed(provider.id, unsigned, fixture.signedOnce ? NOW : NOW + MINUTE))
      expect(second.events().map(({ id }) => id)).toEqual(first.events().map(({ id }) => id))
    })

    test('keeps what it cannot read so that it can be read again', async () => {
      const { post, unreadable } = aReceiver()
      await post(provider.id, signed(provider.id, unsigned))
      for (const part of unreadable()) {
        expect(await readAgain(provider, part, NOW)).toMatchObject({ unreadable: [part] })
        expect(Object.keys(part.headers).every((name) => provider.readsHeaders.includes(name))).toBe(true)
      }
    })
  })

  describe.each(tables)('$name', ({ headers = {}, base, batch, cases = [] }) => {
    test.each(cases)('$patch is $event', async ({ patch, event }) => {
      const receiver = aReceiver()
      const element = patched(base, patch)
      const response = await receiver.post(
        provider.id,
        signed(provider.id, requestOf({ headers, body: batch ? [element] : element })),
      )
      expect(response.status).toBe(200)
      expect(receiver.unreadable()).toEqual([])
      expect(receiver.events()).toMatchObject(event ? [event] : [])
      for (const { type, raw } of receiver.events()) expect(raw === null).toBe(type !== 'unknown')
    })

    test('names that have no word here leave enough to be read again', async () => {
      const receiver = aReceiver()
      for (const { patch } of cases) {
        const element = patched(base, patch)
        await receiver.post(provider.id, signed(provider.id, requestOf({ headers, body: batch ? [element] : element })))
      }
      for (const unnamed of receiver.events().filter(({ type }) => type === 'unknown')) {
        const again = await nameAgain(provider, unnamed)
        expect(again.unreadable).toEqual([])
        const about = again.events.filter(({ recipient }) => recipient === unnamed.recipient)
        expect(about.map((event) => ({ ...event, id: unnamed.id }))).toEqual([unnamed])
      }
    })
  })

  describe('its proof', () => {
    const unsigned = requestOf(first(whole))
    const refused = async (request: Signed) => {
      const receiver = aReceiver()
      const response = await receiver.post(provider.id, request)
      expect(receiver.deliveries).toEqual([])
      expect(response.status).toBe(401)
      expect(receiver.refusals).toHaveLength(1)
      return receiver.refusals[0]?.split(' ')[1]
    }

    test('is required', async () => {
      expect(await refused({ ...unsigned, headers: { ...unsigned.headers } })).toBe('missing')
    })

    test('of another secret does not count', async () => {
      expect(await refused(newSender(provider.id).sign({ ...unsigned, sentAt: NOW }))).toBe('mismatch')
    })

    test('is looked at strictly: what cannot be decoded is refused and no error', async () => {
      const proven = signed(provider.id, unsigned)
      for (const name of Object.keys(proven.headers).filter(
        (header) => !(header in { 'content-type': '', ...unsigned.headers }),
      )) {
        for (const value of ['%%%', 'v1,%%%', 'Basic %%%', '===', '0x12']) {
          await refused({ ...proven, headers: { ...proven.headers, [name]: value } })
        }
        const { [name]: _, ...others } = proven.headers
        await refused({ ...proven, headers: others })
      }
      if (proven.path) {
        for (const path of ['', '/%00', '/%ff', `${proven.path}0`, proven.path.slice(0, -1)]) {
          await refused({ ...proven, path })
        }
      }
    })

    test('counts with the old secret while a new one is rolled out', async () => {
      const secrets = { [provider.id]: [newSender(provider.id).secret, SECRETS[provider.id] ?? ''] }
      const { post } = aReceiver({ secrets })
      expect((await post(provider.id, signed(provider.id, unsigned))).status).toBe(200)
    })

    test('comes with a secret of the form that the configuration asks for', () => {
      expect(provider.secretProblem(SECRETS[provider.id] ?? '')).toBeUndefined()
      expect(provider.secretProblem('nonsense')).toMatch(/^is (?:not|no) .*; ./)
    })

    if (provider.signs.body) {
      test('covers every byte', async () => {
        const proven = signed(provider.id, unsigned)
        for (const at of [0, Math.floor(proven.body.length / 2), proven.body.length - 1]) {
          const body = Buffer.from(proven.body)
          body.writeUInt8(body.readUInt8(at) ^ 1, at)
          expect(await refused({ ...proven, body })).toBe('mismatch')
        }
        expect(await refused({ ...proven, body: Buffer.concat([proven.body, Buffer.from('\n')]) })).toBe('mismatch')
      })
    }

    if (provider.signs.sentAt) {
      test('ends with its time', async () => {
        expect(await refused(signed(provider.id, unsigned, NOW - 25 * HOUR))).toBe('stale')
        expect(await refused(signed(provider.id, unsigned, NOW + 6 * MINUTE))).toBe('stale')
      })
    }
  })

  test('is probed without effect', async () => {
    const { app, deliveries } = aReceiver()
    const { path = '' } = signed(provider.id, requestOf(first(whole)))
    for (const method of ['GET', 'HEAD']) {
      expect((await app.request(`/webhooks/${provider.id}${path}`, { method })).status).toBe(200)
    }
    expect(deliveries).toEqual([])
  })

  if (provider.signs.body || !provider.proof.includes('body')) {
    test('keeps a whole body that is no JSON', async () => {
      const { post, unreadable } = aReceiver()
      const proven = signed(provider.id, { headers: {}, body: Buffer.from('{"half":') })
      expect((await post(provider.id, proven)).status).toBe(200)
      expect(unreadable()).toMatchObject([{ part: 'body', raw: new Uint8Array(proven.body) }])
    })
  }

  test('reads JSON with other white space as the same event', async () => {
    const { headers = {}, body } = first(whole)
    const { post, events } = aReceiver()
    for (const spaces of [0, 2]) {
      const raw = JSON.stringify(body, null, spaces)
      await post(provider.id, signed(provider.id, requestOf({ headers, raw })))
    }
    expect(new Set(events().map(({ id }) => id)).size).toBe(first(whole).events.length)
  })
})

/** The first fixture with a JSON body and an event. */
function first(fixtures: readonly Fixture[]): Fixture {
  const found = fixtures.find(({ body, events, unreadable }) => body !== undefined && events.length > 0 && !unreadable)
  if (!found) throw new Error('a provider needs a fixture with a JSON body and an event')
  return found
}

test('what Mailgun proves itself with is kept with no event, for the account above it neither', async () => {
  const receiver = aReceiver()
  const told = { event: 'teleported', timestamp: NOW / 1000, recipient: 'ada@example.com', id: 'e1' }
  const proof = { timestamp: '1', token: 'a token', signature: 'a signature' }
  const body = { 'event-data': told, 'parent-signature': proof }
  await receiver.post('mailgun', signed('mailgun', requestOf({ body })))
  expect(receiver.events().map(({ raw }) => raw)).toEqual([{ 'event-data': told }])
})
