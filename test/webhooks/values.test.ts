import { describe, expect, test } from 'vitest'

import { dedupeKey } from '../../src/webhooks/engagement.ts'
import { parseJson } from '../../src/webhooks/json.ts'
import { storable } from '../../src/webhooks/storable.ts'
import { occurred, parseTime, withUnreadableTime } from '../../src/webhooks/time.ts'

describe('time', () => {
  const expected = Date.parse('2026-01-01T10:00:03.273Z')

  test.each([
    1767261603.273,
    1767261603273,
    '1767261603.273',
    '1767261603273',
    '2026-01-01T10:00:03.273Z',
    '2026-01-01T10:00:03.2735393Z',
    '2026-01-01T10:00:03.273539312Z',
    '2026-01-01T10:00:03.273+00:00',
    '2026-01-01T11:00:03.273+0100',
    '2026-01-01T11:00:03.273+01:00',
    '2026-01-01T05:30:03.273-0430',
    '2026-01-01T11:00:03,273+01',
    '2026-01-01 10:00:03.273',
    '2026-01-01T10:00:03.273',
    '2026-01-01 10:00:03.273 UTC',
  ])('%j is one and the same', (text) => {
    expect(parseTime(text)).toBe(expected)
  })

  test.each([
    ['Thu, 01 Jan 2026 11:00:03 +0100', '2026-01-01T10:00:03Z'],
    ['Thu, 1 Jan 2026 10:00:03 GMT', '2026-01-01T10:00:03Z'],
    ['1 Jan 2026 05:00 EST', '2026-01-01T10:00:00Z'],
    ['Thu,  1 Jan 2026 02:00:03 -0800 (PST)', '2026-01-01T10:00:03Z'],
    ['2026-01-01', '2026-01-01T00:00:00Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTime(text)).toBe(Date.parse(iso))
  })

  test.each([
    ...['', 'yesterday', '2026-02-31T00:00:00Z', '2026-13-01', '2026-01-01T25:00:00Z', 'Thu, 01 Foo 2026 10:00:00 GMT'],
    ...[null, undefined, {}, [], true, Number.NaN, Number.POSITIVE_INFINITY, 'x'.repeat(1000)],
  ])('%j is none', (value) => {
    expect(parseTime(value)).toBeUndefined()
  })

  const receivedAt = Date.parse('2026-01-02T00:00:00Z')

  test.each([
    ['today', 'today'],
    [receivedAt + 24 * 60 * 60 * 1000 + 1, receivedAt + 24 * 60 * 60 * 1000 + 1],
    ['1999-12-31T23:59:59Z', '1999-12-31T23:59:59Z'],
    [0, 0],
  ])('%j gives way to the time of receipt and stays in the metadata', (value, kept) => {
    const when = occurred(value, receivedAt)
    expect(when.at).toBe(receivedAt)
    expect(withUnreadableTime({ a: 1 }, when)).toEqual({ a: 1, occurred_at_unreadable: kept })
  })

  test('that is absent is not flagged', () => {
    expect(withUnreadableTime({ a: 1 }, occurred(undefined, receivedAt))).toEqual({ a: 1 })
  })

  test('gives a key without the time of receipt', () => {
    expect(occurred('today', receivedAt).key).toBe(occurred('today', receivedAt + 5).key)
  })
})

describe('JSON', () => {
  const parsed = (text: string) => parseJson(Buffer.from(text))

  test('keeps every digit of a large integer', () => {
    expect(
      parsed('{"id":288230376151711744123,"neg":-9007199254740993,"ok":9007199254740991,"f":1.5,"e":1e30}'),
    ).toEqual({
      id: '288230376151711744123',
      neg: '-9007199254740993',
      ok: 9007199254740991,
      f: 1.5,
      e: 1e30,
    })
  })

  test.each(['1e999', '-1.5E400', '9007199254e40993', '9'.repeat(400)])(
    'keeps %s, which no double holds, as it is',
    (number) => {
      expect(parsed(`{"n":${number},"true":true}`)).toEqual({ n: number, true: true })
    },
  )

  test('may begin with a byte order mark, and holds any language', () => {
    expect(parsed('\uFEFF{"name":"Zoë 😀"}')).toEqual({ name: 'Zoë 😀' })
  })

  test('must be UTF-8', () => {
    expect(() => parseJson(Buffer.from('{"name":"Zo\xeb"}', 'latin1'))).toThrow()
  })

  test('may be 64 levels deep and no deeper, however it is written', () => {
    expect(() => parsed(`${'['.repeat(64)}${']'.repeat(64)}`)).not.toThrow()
    expect(() => parsed(`${'['.repeat(65)}${']'.repeat(65)}`)).toThrow('nested')
    expect(() => parsed('['.repeat(64 * 1024))).toThrow('nested')
    expect(() => parsed('{"a":'.repeat(30_000))).toThrow('nested')
    expect(parsed(`["${'['.repeat(100)}","\\"${'['.repeat(100)}"]`)).toHaveLength(2)
  })

  test('loses unpaired surrogates, NUL and the key of the prototype, also inside and also as escapes', () => {
    const value = parsed(
      '{"a":["\\ud800","\\u0000"],"\\u0000":{"__proto__":1,"\\u005f_proto__":2,"constructor":3},"pair":"\\ud83d\\ude00"}',
    )
    expect(value).toEqual({ a: ['\uFFFD', '\uFFFD'], '\uFFFD': { constructor: 3 }, pair: '😀' })
  })

  test('that is clean is left as it was parsed', () => {
    expect(storable({ a: [1, null, true, 'x'] })).toEqual({ a: [1, null, true, 'x'] })
  })
})

describe('a derived id', () => {
  const click = {
    provider: 'p',
    name: 'click',
    messageId: 'm1',
    recipient: 'ada@example.com',
    occurred: 1,
    url: 'https://example.com/1',
  }

  test('does not depend on the case of the address', () => {
    expect(dedupeKey({ ...click, recipient: ' Ada@Example.com' })).toBe(dedupeKey(click))
  })

  test.each([
    { url: 'https://example.com/2' },
    { occurred: 2 },
    { name: 'open' },
    { messageId: null },
    { recipient: 'bob@example.com' },
    { bounceCode: '5.1.1' },
    { provider: 'q' },
  ])('differs with %j', (difference) => {
    expect(dedupeKey({ ...click, ...difference })).not.toBe(dedupeKey(click))
  })

  test('keeps its parts apart', () => {
    expect(dedupeKey({ ...click, name: 'a', messageId: 'b|c' })).not.toBe(
      dedupeKey({ ...click, name: 'a|b', messageId: 'c' }),
    )
  })
})
