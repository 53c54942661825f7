import { describe, expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import type { Message } from '../../src/bot/blocks.ts'
import { importCheckedView } from '../../src/bot/views/import-checked.ts'
import { columnsAskedView, columnsForm } from '../../src/bot/views/import-columns.ts'
import { checkedModal, checkingModal, importForm, readingModal } from '../../src/bot/views/import-form.ts'
import {
  importFailedView,
  importInterruptedView,
  importProgressView,
  importWaitingView,
} from '../../src/bot/views/import-progress.ts'
import {
  importCancelledView,
  importReportView,
  importUndoForm,
  importUndoneView,
} from '../../src/bot/views/import-report.ts'
import { COLUMN_FIELDS } from '../../src/core/import/columns.ts'
import { NO_COUNTS, NOTHING_UNDONE } from '../../src/core/import/report.ts'
import { aDryRun, anImportState, anInspection, buttonsOf, wordsOf } from './fixtures.ts'

const WORST = {
  'the longest': 'W'.repeat(5000),
  'right to left': 'שלום עולם مرحبا بالعالم '.repeat(200),
  hostile: '<!channel> *bold* `code` <https://evil.example|click> &amp; \u202eevil\u2066 :skull: '.repeat(60),
  'made of many': '👩‍💻é́'.repeat(900),
  no: '',
}

const MANY = 10_000_000
const ALL_COUNTS = Object.fromEntries(Object.keys(NO_COUNTS).map((name) => [name, MANY]))

describe.each(Object.entries(WORST))('with %s words', (_name, outside) => {
  const counts = { ...NO_COUNTS, ...ALL_COUNTS }
  const state = anImportState({ name: outside, campaign: outside, tags: Array(50).fill(outside), counts })
  const few = { ...state, counts: { ...NO_COUNTS, created: 25 } }
  const names = Array.from({ length: 200 }, (_, index) => `${outside}${index}`)
  const wide = anInspection({
    header: names,
    columns: Object.keys(COLUMN_FIELDS).map((_, index) => ({ index, custom: outside })),
    unknown: names,
    sample: Array.from({ length: 10 }, () => names),
  })
  const row = { at: MANY, value: outside, reason: outside }
  const rows = Array(5).fill(row)
  const change = { field: outside, before: outside, after: outside }
  const found = aDryRun({
    counts,
    total: MANY,
    suggestions: MANY,
    unclear: Array(200).fill(outside),
    first: {
      ...{ created: rows, unchanged: rows, suppressed: rows, spared: rows },
      ...{ duplicate: rows, invalid: rows, suggested: rows },
      changed: Array(5).fill({ ...row, changes: Array(50).fill(change) }),
    },
  })
  const list = { ...state, format: 'table', unit: 'row', warnings: Array(5).fill(outside), overwrite: true } as const
  const cost = { most: MANY, spentToday: MANY, dailyCredits: MANY }
  const undone = {
    removed: MANY,
    restored: MANY,
    kept: MANY,
    list: Array(20).fill({ email: outside, reason: outside }),
  }
  const messages = [
    columnsAskedView(7, outside, wide),
    columnsAskedView(7, outside, { ...wide, columns: undefined }),
    importCheckedView(list, found, cost),
    importCheckedView(list, { ...found, counts: NO_COUNTS }),
    importProgressView('importing', state, { done: 1, total: MANY, aSecond: 3.2 }),
    importProgressView('checking', state, { done: MANY, total: null, aSecond: 12_345.6 }),
    importWaitingView('importing', state),
    importWaitingView('undoing', state),
    importInterruptedView('importing', state, MANY),
    importFailedView('checking', state, outside),
    importFailedView('undoing', state, outside),
    importReportView(state),
    importReportView(few, outside),
    importReportView({ ...few, stage: 'cancelled' }),
    importCancelledView(state),
    importUndoneView(state, undone),
    importUndoneView(state, { ...undone, kept: 25 }),
    importUndoneView({ ...state, counts: NO_COUNTS }, { ...NOTHING_UNDONE, list: [] }),
    importReportView({ ...few, counts: { ...NO_COUNTS, unchanged: MANY } }),
  ]
  const modals = [
    importForm({ enrichesImports: true }),
    importForm({ enrichesImports: false }),
    readingModal(outside),
    checkingModal(outside),
    checkedModal(outside),
    columnsForm(7, outside, wide),
    columnsForm(7, outside, { ...wide, unknown: [] }),
    columnsForm(7, outside, { ...wide, header: null, columns: undefined, unknown: [] }),
    importUndoForm(state),
    importUndoForm({ ...state, undone }),
  ]

  test('Slack takes every message and every form', () => {
    expect(messages.flatMap((message) => problemsOf(message, 'message'))).toEqual([])
    expect(modals.flatMap((view) => problemsOf(view, 'modal'))).toEqual([])
  })

  test('no view is larger than Slack takes', () => {
    for (const view of modals) expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250_000)
  })

  test('nothing from outside mentions anybody, links anywhere or hides its direction', () => {
    const words = messages.map(markedIn).join('\n')
    expect(words.match(/<!channel>|<https?:|\u202e/)?.[0]).toBeUndefined()
  })
})

/** Everything in which Slack's mark-up means something. */
function markedIn({ text, blocks }: Message): string {
  const marked = JSON.stringify(blocks).matchAll(/"type":"mrkdwn","text":("(?:[^"\\]|\\.)*")/g)
  return [text, ...[...marked].map(([, words = '']) => words)].join('\n')
}

describe('what an import would do', () => {
  const list = { ...anImportState(), format: 'table', unit: 'row', warnings: [] } as const

  test('is counted by kind, with the first rows of each, and can be agreed to', () => {
    const view = importCheckedView(list, aDryRun(), { most: 24, spentToday: 12, dailyCredits: 500 })
    expect(view.text).toBe('people.csv: 12 rows. 8 new, 1 changed, 1 unchanged.')
    const words = wordsOf(view)
    expect(words).toContain('*8 new*: ada@example.com, and 7 more')
    expect(words).toContain('*1 changed*\nbob@example.com: company Acme → Acme Engines')
    expect(words).toContain('*1 of 12 rows left out: no usable address*\nRow 5 “adda@”: this is not an e-mail address')
    expect(words).toContain(
      '*1 of 12 rows left out: twice in the list*\nRow 6 “bob@example.com”: the same address as in row 3',
    )
    expect(words).toContain('Enriching 8 new contacts costs at most 24 credits; 12 of 500 credits are spent today')
    expect(words).toMatch(/Import 9 contacts\nColumns\nCancel$/)
  })

  test('offers nothing to import where it would change nothing, and the columns, of which one may be wrong', () => {
    const labels = (format: 'table' | 'text') => {
      const view = importCheckedView({ ...list, format }, aDryRun({ counts: { ...NO_COUNTS, unchanged: 12 } }))
      expect(wordsOf(view)).toContain('There is nothing to import: 0 new, 0 changed, 12 unchanged.')
      return buttonsOf(view).map(({ action_id }) => action_id)
    }
    expect(labels('table')).toEqual(['import_columns'])
    expect(labels('text')).toEqual([])
  })

  test('says which words nobody understands, of the first columns', () => {
    const unclear = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => `1 value of the column "${name}" says nothing.`)
    const words = wordsOf(importCheckedView(list, aDryRun({ unclear })))
    expect(words).toContain(':warning: 1 value of the column "A" says nothing.\n:warning: 1 value of the column "B"')
    expect(words).toContain('column "D" says nothing.\nand 2 more')
    expect(words).not.toContain('column "E"')
  })

  test('asks about addresses that look mistyped', () => {
    const reason = 'Did you mean ada@gmail.com?'
    const suggested = [{ at: 4, value: 'ada@gmial.com', reason }]
    const words = wordsOf(
      importCheckedView(list, aDryRun({ suggestions: 1, first: { ...aDryRun().first, suggested } })),
    )
    expect(words).toContain(
      '*1 perhaps mistyped, imported as it is*\nRow 4 “ada@gmial.com”: Did you mean ada@gmail.com?',
    )
  })
})

describe('how an import goes on', () => {
  const shown = (progress: Parameters<typeof importProgressView>[2]) =>
    wordsOf(importProgressView('importing', anImportState(), progress))

  test.each([
    [{ done: 30_000, total: 120_000, aSecond: 3100 }, '30,000 of 120,000 · 3,100 a second · about 30 seconds left'],
    [{ done: 1, total: 120_000, aSecond: 200 }, '1 of 120,000 · 200 a second · about 10 minutes left'],
    [{ done: 0, total: 12, aSecond: 0 }, '0 of 12'],
    [{ done: 500, total: null, aSecond: 250 }, '500 rows · 250 a second'],
  ])('%j', (progress, words) => {
    expect(shown(progress)).toContain(words)
  })
})

test.each([
  ['importing', /\nStop$/],
  ['checking', /\nCancel$/],
  ['undoing', /3 of 12$/],
] as const)('while %s, the message ends in %s', (doing, end) => {
  expect(wordsOf(importProgressView(doing, anImportState(), { done: 3, total: 12, aSecond: 0 }))).toMatch(end)
})

describe('an import that does not go on for now', () => {
  const state = anImportState()

  test.each([
    ['importing', /\nStop$/],
    ['checking', /\nCancel$/],
    ['undoing', /taken back twice\.$/],
  ] as const)('while %s ends in %s', (doing, end) => {
    expect(wordsOf(importFailedView(doing, state, 'The disk is full'))).toMatch(end)
    expect(wordsOf(importInterruptedView(doing, state, 12))).toMatch(end)
  })

  test('because another one is under way says so, and can be cancelled unless it is an undo', () => {
    const view = importWaitingView('importing', state)
    expect(view.text).toBe('Importing people.csv waits for another import, and begins by itself.')
    expect(buttonsOf(view)).toEqual([{ action_id: 'import_cancel', value: '7' }])
    expect(buttonsOf(importWaitingView('undoing', state))).toEqual([])
  })
})

const STAYS = 'Whoever was changed since, did something, or is named by a later import, stays.'

describe('what an import did', () => {
  test('says what was left out and why, and lists the campaign', () => {
    const view = importReportView(anImportState())
    expect(view.text).toBe('people.csv: 8 new, 1 changed, 1 unchanged.')
    expect(wordsOf(view)).toContain(
      '2 rows left out: 1 without a usable address, 1 of somebody who stands above in the list. A file with the reasons follows.',
    )
    expect(buttonsOf(view).map(({ value }) => value)).toEqual(['campaign:"Spring launch"', '7'])
  })

  test('asks before an undo, with its numbers, and above 25 contacts in a form that wants them typed', () => {
    const undo = (created: number) =>
      wordsOf(importReportView(anImportState({ counts: { ...NO_COUNTS, created, changed: 1 } })))
    expect(undo(24)).toContain('24 contacts are removed, and 1 is set back to what was there before.')
    expect(undo(25)).not.toContain('Undo this import?')
    expect(wordsOf(importUndoForm(anImportState({ counts: { ...NO_COUNTS, created: 1200 } })))).toContain(
      '1,200 contacts are removed',
    )
  })

  test('says before an undo that whom a later import names stays', () => {
    expect(wordsOf(importReportView(anImportState()))).toContain(STAYS)
    expect(wordsOf(importUndoForm(anImportState()))).toContain(STAYS)
  })

  test('offers an undo where nobody changed, for the sake of earlier imports', () => {
    const view = importReportView(anImportState({ campaign: null, counts: { ...NO_COUNTS, unchanged: 3 } }))
    expect(buttonsOf(view)).toEqual([{ action_id: 'import_undo', value: '7' }])
    expect(wordsOf(view)).toContain('people.csv: it changed nobody, so nothing is taken back.')
  })

  test('offers nothing to undo where nobody came in', () => {
    const view = importReportView(anImportState({ campaign: null, counts: { ...NO_COUNTS, invalid: 3 } }))
    expect(buttonsOf(view)).toEqual([])
  })

  test('names those whom an undo kept', () => {
    const list = [{ email: 'ada@example.com', reason: 'somebody replied since' }]
    const words = wordsOf(importUndoneView(anImportState(), { removed: 7, restored: 1, kept: 2, list }))
    expect(words).toContain('people.csv is undone: 7 contacts removed, 1 as before, 2 kept.')
    expect(words).toContain('ada@example.com stays: somebody replied since\nand 1 more')
  })

  test('can be undone again where somebody was kept, at a press or above 25 by their number', () => {
    const undone = (kept: number) => importUndoneView(anImportState(), { removed: 7, restored: 1, kept, list: [] })
    expect(buttonsOf(undone(2))).toEqual([{ action_id: 'import_undo', value: '7' }])
    expect(wordsOf(undone(2))).toContain('Whom a later import names can be taken back once that one is undone.')
    expect(wordsOf(undone(2))).toContain('people.csv: 2 contacts that were kept are looked at anew.')
    expect(wordsOf(undone(26))).not.toContain('Undo this import again?')
    const form = importUndoForm(anImportState({ undone: { removed: 7, restored: 1, kept: 26 } }))
    expect(wordsOf(form)).toContain('26 contacts that were kept are looked at anew.')
    expect(buttonsOf(undone(0))).toEqual([])
    expect(wordsOf(undone(0))).not.toContain('later import')
  })

  test('that changed nobody says what its undo is good for', () => {
    const counts = { ...NO_COUNTS, unchanged: 300 }
    const view = importUndoneView(anImportState({ counts }), { removed: 0, restored: 0, kept: 0, list: [] })
    expect(view.text).toBe(
      'people.csv is undone: it changed nobody, so nothing was taken back. Earlier imports of these people can be undone now.',
    )
  })
})
