import { expect, test } from 'vitest'
import { problemsOf } from '../../practice/slack/block-kit.ts'
import {
  actions,
  button,
  context,
  divider,
  fields,
  header,
  literalContext,
  message,
  preformatted,
  quote,
  section,
} from '../../src/bot/blocks.ts'
import { mrkdwn, text } from '../../src/bot/mrkdwn.ts'

const long = '&<>'.repeat(5000)
const safe = text(long, 100_000)

test('whatever is put in, each block keeps the limits of Slack', () => {
  const go = (index: number) => button({ label: long, action: `a:${index}`, value: 'v' })
  const { blocks } = message(mrkdwn`x`, [
    header(long),
    section(safe, go(0)),
    fields(Array.from({ length: 12 }, () => [mrkdwn`label`, safe])),
    context(...Array.from({ length: 12 }, () => safe)),
    literalContext(...Array.from({ length: 12 }, () => long)),
    actions(...Array.from({ length: 30 }, (_, index) => go(index))),
    divider(),
    quote(long),
    preformatted([long, long]),
  ])
  expect(problemsOf({ text: 'x', blocks }, 'message')).toEqual([])
})

test('a message has at most 50 blocks and a text that can be edited later', () => {
  const crowded = message(safe, Array.from({ length: 60 }, divider))
  expect(problemsOf(crowded, 'message')).toEqual([])
})

test('nothing is shown as a dash, because Slack refuses an empty text', () => {
  const { blocks } = message(mrkdwn`x`, [header(''), section(mrkdwn``), context(), quote(' '), preformatted([])])
  expect(problemsOf({ text: 'x', blocks }, 'message')).toEqual([])
})

test('Slack makes no links of its own from a text, and no pictures from a name', () => {
  expect(section(mrkdwn`x`).text).toEqual({ type: 'mrkdwn', text: 'x', verbatim: true })
  expect(header(':skull:').text).toEqual({ type: 'plain_text', text: ':skull:', emoji: false })
})

test('a value that does not fit is refused, for a part of it would be another value', () => {
  expect(() => button({ label: 'x', action: 'a', value: 'x'.repeat(2001) })).toThrow(RangeError)
})
