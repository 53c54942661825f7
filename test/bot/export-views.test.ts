import { expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import type { Message } from '../../src/bot/blocks.ts'
import { readPress } from '../../src/bot/listeners.ts'
import {
  exportChoiceView,
  exportedView,
  exportFailedView,
  exportInterruptedView,
  exportingView,
  exportRefusedView,
  exportsNobodyView,
  exportTooLargeView,
  exportTooManyView,
  notExportedView,
} from '../../src/bot/views/export.ts'
import { buttonsOf, wordsOf } from './fixtures.ts'

const MILLION = 1_000_000

function viewsOf(text: string, why: string): Message[] {
  const wanted = { text, format: 'csv' } as const
  return [
    exportChoiceView(wanted, MILLION),
    exportsNobodyView(wanted),
    exportTooManyView(wanted, MILLION, 1000),
    exportingView(wanted, { done: 3, total: MILLION }),
    exportInterruptedView(wanted, { done: 3, total: MILLION }),
    exportedView(wanted, MILLION),
    exportFailedView(wanted, why),
    exportRefusedView(wanted, why),
    exportTooLargeView(wanted, 100),
    notExportedView(),
  ]
}

test.each(
  Object.entries({
    'the longest': 'W'.repeat(5000),
    'right to left': 'שלום עולם مرحبا بالعالم '.repeat(200),
    hostile: '<!channel> *bold* `code` <https://evil.example|click> &amp; \u202eevil\u2066 :skull: '.repeat(60),
    'made of many': '👩‍💻é́'.repeat(900),
    no: '',
  }),
)('with %s words, whatever is said of an export fits the limits of Slack, and nothing in it acts', (_what, outside) => {
  // As it comes from a command, which refuses longer ones.
  for (const view of viewsOf(outside.slice(0, 1800).toWellFormed(), outside)) {
    expect(problemsOf(view, 'message')).toEqual([])
    expect(`${view.text} ${wordsOf(view)}`).not.toMatch(/<!channel|<https|\u202e/)
  }
})

test('everybody is called so', () => {
  const said = viewsOf('', 'the disk is full').map(wordsOf).join('\n')
  expect(said).toContain('1,000,000 contacts would come to you as a file')
  expect(said).toContain('Exporting all contacts')
  expect(said).not.toContain('match')
})

test('the buttons carry whom to export, and both formats', () => {
  const buttons = buttonsOf(exportChoiceView({ text: 'tag:vip  ada', format: 'json' }, 30))
  const [first, other] = buttons.map(({ action_id, value }) => readPress(action_id, value))
  expect(first).toEqual({ action: 'export_start', value: { format: 'json', text: 'tag:vip  ada' } })
  expect(other).toEqual({ action: 'export_start', value: { format: 'csv', text: 'tag:vip  ada' } })
})

test.each(['', 'xml tag:vip', 'tag:vip'])('a button that says %j asks for nothing', (value) => {
  expect(readPress('export_start', value)).toBeUndefined()
})
