import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Signed } from '../../practice/email/sign.ts'
import { toolById } from '../../practice/email/tools/index.ts'
import {
  aClick,
  anatomyOf,
  clickOf,
  idsOf,
  lastOf,
  rewritten,
  withBeside,
  withContentType,
  withFields,
} from './anatomy.ts'
import { aReceiver, fixturesOf, MINUTE, NOW, patched, providers, requestOf, signed, type Unsigned } from './harness.ts'

const RUNS = { numRuns: 150 }
const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=xYzZY' }

/** JSON writes what it does not know as null, without a word. */
function asItIs(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} is ${value}`)
  return value
}

describe.each(providers)('whatever comes with a valid proof of $id, it is', (provider) => {
  const samples = fixturesOf(provider.id)
    .filter(({ cases }) => !cases)
    .map(requestOf)
  const sample = fc.constantFrom(...samples)

  /** Never an error of ours, never lost, and never anything that a database could not hold. */
  async function holds(unsigned: Unsigned) {
    const receiver = aReceiver()
    const response = await receiver.post(provider.id, signed(provider.id, unsigned))
    expect(receiver.lines.filter(({ level }) => level === 'error')).toEqual([])
    // A proof in the body cannot be found when the body is no body.
    expect([200, ...(provider.oneTimeToken ? [401] : [])]).toContain(response.status)
    const kept = JSON.stringify(receiver.events(), asItIs)
    expect(/\\u0000|\\ud[89a-f]/.test(kept)).toBe(false)
    for (const { id } of receiver.events()) expect(id.length).toBeLessThan(500)
  }

  test('bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom({}, JSON_TYPE, FORM_TYPE), (body, headers) => holds({ headers, body })),
      RUNS,
    )
  })

  test('JSON of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), (body) =>
        holds(requestOf({ headers: JSON_TYPE, body })),
      ),
      RUNS,
    )
  })

  test('one of its own requests with bytes changed or missing', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.nat(), fc.nat(255), fc.boolean(), ({ headers, body }, at, byte, cut) => {
        const changed = Buffer.from(body)
        const position = at % Math.max(1, changed.length)
        if (changed.length > 0) changed[position] = byte
        return holds({ headers, body: cut ? changed.subarray(0, position) : changed })
      }),
      RUNS,
    )
  })

  test('one of its own requests with a field of any kind', async () => {
    const bodies = fixturesOf(provider.id).flatMap(({ body, base }) => ((base ?? body) ? [base ?? body] : []))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bodies),
        fc.nat(),
        fc.jsonValue({ stringUnit: 'binary' }),
        (body, at, value) => {
          const one: unknown = Array.isArray(body) ? body[0] : body
          const changed = withFieldAt(one, at, value)
          return holds(
            requestOf({ headers: { ...JSON_TYPE, 'svix-id': 'm1' }, body: Array.isArray(body) ? [changed] : changed }),
          )
        },
      ),
      RUNS,
    )
  })
})

/** `value` in place of one field, at any depth, chosen by `at`. */
function withFieldAt(target: unknown, at: number, value: unknown): unknown {
  if (typeof target !== 'object' || target === null) return value
  const entries = Object.entries(target)
  const [key, inner] = entries[at % Math.max(1, entries.length)] ?? ['field', null]
  const deeper = Math.floor(at / Math.max(1, entries.length))
  const changed = deeper % 2 === 1 ? withFieldAt(inner, deeper >> 1, value) : value
  return { ...Object.fromEntries(Object.entries(patched(target, {}) ?? {})), [key]: changed }
}

/** What can become of a request. None of it is an error of ours, and in none of it anything is lost. */
type Outcome =
  | 'read'
  /** Its time cannot be true, so that the time of receipt stands in its place, and what was said stands beside it. */
  | 'read, as of its receipt'
  /** Nobody here knows the name; the event counts as `unknown`, with all that was said. */
  | 'read as unknown'
  /** There is nothing in it. */
  | 'acknowledged'
  /** The bytes, as they came. */
  | 'kept whole'
  /** That part alone. */
  | 'kept apart'
  /** With a 401: the proof stands in the body, and in this body it cannot be found. The sender still has it. */
  | 'refused'
  /** With a 413, before anything is read. The sender still has it. */
  | 'too large'

const FIRST = 'mallory@example.net'
const TEN_MEBIBYTES = 10 * 1024 * 1024

interface BadInput {
  readonly input: string
  readonly outcome: Outcome
  /** By provider id, where another outcome is right. */
  readonly but?: Readonly<Record<string, Outcome>>
  /** The request, of the provider's own kind and with a valid proof. */
  readonly request: (provider: string) => Signed
}

/** The proof is looked for in the body before anything else is. */
const PROOF_UNREADABLE = { mailgun: 'refused' } as const
/** What they post as JSON is events, and those are small. */
const SMALL = Object.fromEntries(
  ['sendgrid', 'mailgun', 'ses', 'resend', 'mailtrap', 'customerio', 'generic'].map((id) => [id, 'too large' as const]),
)
/** They also post forms. */
const FORMS = { sendgrid: 'kept whole', mailgun: 'refused', postal: 'kept whole' } as const

const BAD_INPUTS: readonly BadInput[] = [
  {
    input: 'an empty body',
    outcome: 'kept whole',
    but: PROOF_UNREADABLE,
    request: (provider) => signed(provider, { headers: clickOf(provider).headers, body: Buffer.alloc(0) }),
  },
  {
    input: 'a body of white space',
    outcome: 'kept whole',
    but: PROOF_UNREADABLE,
    request: (provider) => rewritten(provider, () => ' \r\n\t '),
  },
  {
    input: 'a body that was cut short',
    outcome: 'kept whole',
    but: PROOF_UNREADABLE,
    request: (provider) => rewritten(provider, (json) => json.slice(0, json.length / 2)),
  },
  {
    input: 'malformed JSON in one of three events',
    outcome: 'kept whole',
    but: PROOF_UNREADABLE,
    request: (provider) => rewritten(provider, (json) => json.replace('ada@example.com"', 'ada@example.com'), 3),
  },
  {
    input: 'ten thousand levels of nesting',
    outcome: 'kept whole',
    but: PROOF_UNREADABLE,
    request: (provider) => withBeside(provider, 'name', `"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}`),
  },
  {
    input: 'a key that reaches for a prototype',
    outcome: 'read',
    request: (provider) => withBeside(provider, 'name', '"__proto__":{"event":"polluted"},"constructor":{"name":1}'),
  },
  {
    input: 'the same key twice, of which the last one counts',
    outcome: 'read',
    request: (provider) => withBeside(provider, 'name', `"${lastOf(anatomyOf(provider).name)}":"nothing"`),
  },
  {
    input: 'two recipients under one key, of which the last one counts',
    outcome: 'read',
    request: (provider) =>
      withBeside(provider, 'recipient', `"${lastOf(anatomyOf(provider).recipient[0] ?? '')}":"${FIRST}"`),
  },
  {
    input: 'ten megabytes',
    outcome: 'read',
    but: SMALL,
    request: (provider) => clickOf(provider, (part) => withFields(part, ['padding'], 'x'.repeat(TEN_MEBIBYTES))),
  },
  {
    input: 'an event name that nobody knows',
    outcome: 'read as unknown',
    request: (provider) => clickOf(provider, (part) => withFields(part, [anatomyOf(provider).name], 'brand_new_event')),
  },
  {
    input: 'an event name that is a part of every object',
    outcome: 'read as unknown',
    request: (provider) => clickOf(provider, (part) => withFields(part, [anatomyOf(provider).name], 'constructor')),
  },
  {
    input: 'an event without a name',
    outcome: 'read as unknown',
    // They take it for a mail, which it is not.
    but: { postmark: 'kept apart', postal: 'kept apart' },
    request: (provider) => clickOf(provider, (part) => withFields(part, [anatomyOf(provider).name], null)),
  },
  {
    input: 'no recipient',
    outcome: 'kept apart',
    request: (provider) => clickOf(provider, (part) => withFields(part, anatomyOf(provider).recipient, null)),
  },
  {
    input: 'a recipient that is no address',
    outcome: 'kept apart',
    request: (provider) => clickOf(provider, (part) => withFields(part, anatomyOf(provider).recipient, 'nobody')),
  },
  ...[null, 0, '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 253_402_300_799, -1, 'yesterday', {}].map(
    (time): BadInput => ({
      input: time === null ? 'no time' : `the time ${JSON.stringify(time)}`,
      outcome: 'read, as of its receipt',
      request: (provider) => clickOf(provider, (part) => withFields(part, anatomyOf(provider).time, time)),
    }),
  ),
  {
    input: 'no id',
    outcome: 'read',
    request: (provider) => clickOf(provider, (part) => withFields(part, idsOf(provider), null)),
  },
  ...['text/plain', 'application/octet-stream', 'nonsense', undefined].map(
    (type): BadInput => ({
      input: type === undefined ? 'no content type' : `the content type ${type}`,
      outcome: 'read',
      request: (provider) => withContentType(clickOf(provider), type),
    }),
  ),
  {
    input: 'the content type of an urlencoded form',
    outcome: 'read',
    but: { ...FORMS, postal: 'kept apart' },
    request: (provider) => withContentType(clickOf(provider), 'application/x-www-form-urlencoded'),
  },
  {
    input: 'the content type of a multipart form',
    outcome: 'read',
    but: FORMS,
    request: (provider) => withContentType(clickOf(provider), 'multipart/form-data; boundary=xYzZY'),
  },
]

describe.each(providers)('$id sends', (provider) => {
  const inputs = BAD_INPUTS.map((bad) => [bad.input, bad] as const)
  test.each(inputs)('%s', async (_, { outcome, but = {}, request }) => {
    const sent = request(provider.id)
    const receiver = aReceiver()
    const response = await receiver.post(provider.id, sent)
    expect(outcomeOf(response, receiver)).toBe(but[provider.id] ?? outcome)
    expect(receiver.lines.filter(({ level }) => level === 'error')).toEqual([])
    for (const { recipient } of receiver.events()) expect(recipient).toBe('ada@example.com')
    for (const { part, raw } of receiver.unreadable()) {
      if (part === 'body') expect(Buffer.from(raw).equals(Buffer.from(sent.body))).toBe(true)
    }
    // Sent once more, it is the same once more.
    const later = aReceiver({ now: () => NOW + MINUTE })
    await later.post(provider.id, sent)
    expect(later.events().map(({ id }) => id)).toEqual(receiver.events().map(({ id }) => id))
  })
})

function outcomeOf({ status }: Response, { events, unreadable }: ReturnType<typeof aReceiver>): string {
  const [[event], [kept]] = [events(), unreadable()]
  if (status !== 200) return { 401: 'refused', 413: 'too large' }[status] ?? `answered ${status}`
  if (kept) return kept.part === 'body' ? 'kept whole' : 'kept apart'
  if (!event) return 'acknowledged'
  if (event.type === 'unknown') return event.raw === null ? 'lost' : 'read as unknown'
  if (event.type !== 'clicked') return `read as ${event.type}`
  return event.occurredAt === NOW ? 'read, as of its receipt' : 'read'
}

const batching = providers.filter(({ id }) => toolById(id).partsPerRequest > 1)

describe.each(batching)('a batch of $id', ({ id: provider }) => {
  const { partsPerRequest, request } = toolById(provider)
  const parts = Array.from({ length: partsPerRequest }, (_, nth) => aClick(provider, NOW - MINUTE, nth))

  test.each([
    ['is a number', 42],
    ['is null', null],
    ['is a list', []],
    ['is empty', {}],
    ['is a text', 'click'],
  ])('costs nothing but the one element that %s', async (_, element) => {
    const receiver = aReceiver()
    // Some values are no event, which is the point of sending them.
    const broken = parts.with(partsPerRequest >> 1, { id: 'x', event: element as object })
    const response = await receiver.post(provider, signed(provider, request(broken)))
    expect(await response.json()).toEqual({ accepted: partsPerRequest - 1, duplicates: 0, unreadable: 1 })
    expect(receiver.unreadable().map(({ part, raw }) => [part, Buffer.from(raw).toString()])).toEqual([
      ['element', JSON.stringify(element)],
    ])
  })

  test('may be empty', async () => {
    const receiver = aReceiver()
    const response = await receiver.post(provider, signed(provider, request([])))
    expect(outcomeOf(response, receiver)).toBe('acknowledged')
  })
})

test('a malformed line of Mailtrap’s JSON Lines costs only itself', async () => {
  const lines = [0, 1, 2].map((nth) => JSON.stringify(aClick('mailtrap', NOW - MINUTE, nth).event))
  const body = Buffer.from(lines.with(1, '{"event":"click",').join('\n'))
  const receiver = aReceiver()
  await receiver.post('mailtrap', signed('mailtrap', { headers: { 'content-type': 'application/jsonl' }, body }))
  expect(receiver.events()).toHaveLength(2)
  expect(receiver.unreadable()).toMatchObject([{ part: 'element' }])
})

describe.each(providers)('the body of another tool at the URL of $id', ({ id: provider }) => {
  const others = providers.filter(({ id }) => id !== provider).map(({ id }) => id)

  test.each(others)('%s: is kept, or taken for what it is', async (other) => {
    const { headers, body } = toolById(other).request([aClick(other, NOW - MINUTE)])
    const receiver = aReceiver()
    const response = await receiver.post(provider, signed(provider, { headers, body }))
    const outcome = outcomeOf(response, receiver)
    const isUnderstood = ['read', 'read, as of its receipt', 'read as unknown'].includes(outcome)
    if (isUnderstood) expect(receiver.events()).toMatchObject([{ recipient: 'ada@example.com' }])
    else expect(['kept whole', 'kept apart', ...(provider === 'mailgun' ? ['refused'] : [])]).toContain(outcome)
    expect(receiver.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
