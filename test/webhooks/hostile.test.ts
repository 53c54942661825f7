import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { providers } from '../../src/webhooks/providers/index.ts'
import { aReceiver, fixturesOf, patched, requestOf, signed, type Unsigned } from './harness.ts'

const RUNS = { numRuns: 150 }
const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=xYzZY' }

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
    const kept = JSON.stringify(receiver.events())
    expect(/\\u0000|\\ud[89a-f]/.test(kept)).toBe(false)
    expect(JSON.parse(kept)).toEqual(receiver.events().map((event) => ({ ...event })))
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
