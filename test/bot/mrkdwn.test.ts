import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  code,
  counted,
  date,
  join,
  link,
  mrkdwn,
  plain,
  plainLines,
  shorten,
  text,
  user,
} from '../../src/bot/mrkdwn.ts'

test.each<[outside: string, shown: string]>([
  ['AT&T', 'AT&amp;T'],
  ['a &amp; b', 'a &amp;amp; b'],
  ['<!channel>', '&lt;!channel&gt;'],
  ['<@U123>', '&lt;@U123&gt;'],
  ['<!subteam^S1>', '&lt;!subteam^S1&gt;'],
  ['<#C1>', '&lt;#C1&gt;'],
  ['<https://evil.example|click>', '&lt;https://evil.example|click&gt;'],
  ['<!date^1^{date}|x>', '&lt;!date^1^{date}|x&gt;'],
  ['*bold*', '∗bold∗'],
  ['_it_', 'ˍitˍ'],
  ['__proto__', 'ˍˍprotoˍˍ'],
  ['john_smith@example.com', 'john_smith@example.com'],
  ['~gone~', '∼gone∼'],
  ['`code`', 'ˋcodeˋ'],
  [':skull: Ltd', '∶skull: Ltd'],
  ['10:30', '10:30'],
  ['> quoted', '＞ quoted'],
  ['a > b', 'a &gt; b'],
  ['two\nlines\r\nand\u2028more', 'two lines and more'],
  ['evil\u202egpj.exe', 'evilgpj.exe'],
  ['a\u200bb\u2066c\ufeffd\u00ade', 'abcde'],
  ['nul\u0000bell\u0007', 'nulbell'],
  ['e\u0301', 'é'],
  ['\ud800', '\ufffd'],
  [`z${'\u0300'.repeat(50)}`, `z${'\u0300'.repeat(4)}`],
  ['👩‍💻 ❤️', '👩‍💻 ❤️'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['a\u200db', 'ab'],
  ['', '-'],
  [' \u200b\n', '-'],
])('%j is shown as %j', (outside, shown) => {
  expect(text(outside)).toBe(shown)
})

test('a missing value is a dash', () => {
  expect([text(null), text(undefined), code(null), plain(null, 10), plainLines(null, 10)]).toEqual(Array(5).fill('-'))
})

test('the limit counts what is sent: an ampersand takes five characters', () => {
  expect(text('&&&&', 20)).toBe('&amp;&amp;&amp;&amp;')
  expect(text('&&&&&', 20)).toBe('&amp;&amp;&amp;…')
})

test('a long text is cut between what people see as characters', () => {
  expect(text('👩‍💻👩‍💻👩‍💻', 12)).toBe('👩‍💻👩‍💻…')
  expect(plain('éééé', 3)).toBe('éé…')
})

test('any text, cut anywhere, keeps its limit and leaves no entity and no pair in halves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 80 }), (outside, limit) => {
      const shown = text(`&<${outside}&>`, limit)
      expect(shown.length).toBeLessThanOrEqual(limit)
      expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      expect(shown.isWellFormed()).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('a finished text is cut before a link or an entity, not in it', () => {
  const whole = mrkdwn`abc ${link('https://example.com/', 'site')} & more`
  for (let limit = 1; limit < whole.length; limit += 1) {
    const cut = shorten(mrkdwn`${whole}${text('&&&')}`, limit)
    expect(cut.length).toBeLessThanOrEqual(limit)
    expect(cut.replace(/<[^<>]*>/g, '')).not.toContain('<')
  }
  expect(shorten(text('a&b'), 4)).toBe('a…')
})

test.each<[url: string, shown: string]>([
  ['https://example.com/a b', '<https://example.com/a%20b|x>'],
  ['https://example.com/?a=1&b=2', '<https://example.com/?a=1&amp;b=2|x>'],
  ['https://example.com/|<!channel>', '<https://example.com/%7C%3C!channel%3E|x>'],
  ['mailto:ada@example.com', '<mailto:ada@example.com|x>'],
  ['javascript:alert(1)', 'x'],
  ['data:text/html,x', 'x'],
  ['slack://open', 'x'],
  ['https://good.example@evil.example/', 'x'],
  ['not a url', 'x'],
  [`https://example.com/${'a'.repeat(3000)}`, 'x'],
])('a link to %j is %j', (url, shown) => {
  expect(link(url, 'x')).toBe(shown)
})

test('the label of a link is escaped like any text', () => {
  expect(link('https://example.com', '<b>|*')).toBe('<https://example.com/|&lt;b&gt;|∗>')
})

test('a date is shown in the zone of the reader, and where it cannot be, with its own zone', () => {
  const at = Date.parse('2026-11-22T10:24:59Z')
  expect(date(at)).toBe('<!date^1795343099^{date_short_pretty} {time}|2026-11-22 10:24 UTC>')
  expect([date(Number.NaN), date(Infinity), date(8.65e15)]).toEqual(['-', '-', '-'])
})

test('only an id becomes a mention', () => {
  expect(user('U0ADA')).toBe('<@U0ADA>')
  expect(user('U1> <!channel')).toBe('U1&gt; &lt;!channel')
})

test('a backtick cannot end a code span', () => {
  expect(code('a`<b> *c*')).toBe('`aˋ&lt;b&gt; *c*`')
})

test('numbers have words that agree with them', () => {
  expect(join([counted(1, 'open', 'opens'), counted(1200, 'open', 'opens')], ' · ')).toBe('1 open · 1,200 opens')
})

test('a quoted text keeps its lines and loses what is not seen', () => {
  expect(plainLines('  a\r\n\r\n\r\n\r\nb\tc\u202e  \n', 100)).toBe('a\n\nb c')
})

test('the compiler does not take a raw string for mrkdwn', () => {
  const raw: string = '<!channel>'
  // @ts-expect-error: it must go through `text` first.
  const sentence = mrkdwn`${raw}`
  expect(sentence).toContain(raw)
})
