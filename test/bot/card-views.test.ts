import { describe, expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import type { Role } from '../../src/bot/permissions.ts'
import { messageModal } from '../../src/bot/surfaces.ts'
import { contactCardView } from '../../src/bot/views/contact-card.ts'
import { CHANGES_A_PAGE, contactHistoryView } from '../../src/bot/views/contact-history.ts'
import { contactNotesView, NOTES_A_PAGE } from '../../src/bot/views/contact-notes.ts'
import { contactScoreView, PARTS_SHOWN } from '../../src/bot/views/contact-score.ts'
import { contactSourcesView } from '../../src/bot/views/contact-sources.ts'
import { contactTimelineView, EVENTS_A_PAGE } from '../../src/bot/views/contact-timeline.ts'
import { personExportView } from '../../src/bot/views/person-export.ts'
import {
  aCard,
  aCardEvent,
  aChange,
  aFact,
  anOutcome,
  aPage,
  aScoreExplained,
  buttonsOf,
  NOW,
  wordsOf,
} from './fixtures.ts'

const WORST = {
  'the longest': 'W'.repeat(5000),
  'right to left': 'שלום עולם مرحبا بالعالم '.repeat(200),
  hostile: '<!channel> *bold* `code` <https://evil.example|click> &amp; \u202eevil\u2066 :skull: '.repeat(60),
  'made of many': '👩‍💻é́'.repeat(900),
  no: '',
}

/** Everything about somebody with `outside` wherever strangers write, and as much of it as there can be. */
function worstOf(outside: string) {
  const campaign = { id: outside, name: outside, step: outside }
  const event = aCardEvent({ type: 'replied', campaign, subject: outside, excerpt: outside, suspected: 'link_burst' })
  // Lines that nothing stands between share a block, which has a limit.
  const events = Array.from({ length: EVENTS_A_PAGE }, (_, at) =>
    at === EVENTS_A_PAGE - 1 ? event : { ...event, excerpt: null },
  )
  const note = { author: 'U0GRACE', at: NOW, text: outside }
  const after = {
    firstName: outside,
    lastName: outside,
    company: outside,
    title: outside,
    tags: Array(50).fill(outside),
  }
  const change = aChange({ action: 'profile', before: after, after, noteText: outside })
  const card = aCard({
    ...{ email: outside, domain: outside, firstName: outside, lastName: outside, company: outside, title: outside },
    tags: Array(50).fill(outside),
    sourceCampaign: outside,
    emailEvidence: { status: 'risky', source: outside, at: NOW },
    emailDetail: outside,
    facts: (['phone', 'linkedinUrl', 'industry', 'location', 'seniorityLevel'] as const).map((field) =>
      aFact({ field, value: outside, source: outside, note: outside }),
    ),
    suppression: { reason: 'complained', since: NOW, event: outside },
    counters: { sent: { count: 10_000, first: NOW, last: NOW } },
    recent: Array(8).fill(event),
    notes: Array(3).fill(note),
    noteCount: 10_000,
  })
  const parts = Array.from({ length: PARTS_SHOWN }, () => ({ event, points: 20, worth: 19.9 }))
  return {
    messages: [
      contactCardView(card, { role: 'admin', outcome: anOutcome(), now: NOW, added: true }),
      contactCardView(card, { role: 'viewer' }),
      personExportView({ email: outside, json: '', counts: { fields: 1, events: 10_000, notes: 1, changes: 1 } }),
    ],
    modals: [
      messageModal('Timeline', contactTimelineView(card, aPage(...events))),
      messageModal('Notes', contactNotesView(card, aPage(...Array(NOTES_A_PAGE).fill(note)))),
      messageModal('History', contactHistoryView(card, aPage(...Array(CHANGES_A_PAGE).fill(change)))),
      messageModal('Contact', contactCardView(card, { role: 'admin' })),
      contactScoreView(card, aScoreExplained({ parts, rest: { events: 10_000, worth: 936 } })),
      contactSourcesView(card),
    ],
  }
}

describe.each(Object.entries(WORST))('with %s words, everything about a contact', (_what, outside) => {
  test('fits the limits of Slack', () => {
    const { messages, modals } = worstOf(outside)
    for (const message of messages) expect(problemsOf(message, 'message')).toEqual([])
    for (const modal of modals) {
      expect(problemsOf(modal, 'modal')).toEqual([])
      expect(JSON.stringify(modal).length).toBeLessThan(250_000)
    }
  })

  test('says first that nobody should write, and offers what can be done last', () => {
    const [card] = worstOf(outside).messages
    expect(wordsOf(card?.blocks[0])).toMatch(/^:no_entry: \*Do not write: marked as spam since /)
    expect(buttonsOf(card?.blocks.at(-1)).map(({ action_id }) => action_id)).toEqual(
      expect.arrayContaining([
        'contact_score',
        'contact_timeline',
        'contact_sources',
        'contact_export',
        'contact_forget',
      ]),
    )
  })

  test('shows every event and every note of a page', () => {
    const [timeline, notes] = worstOf(outside).modals
    expect(wordsOf(timeline).split('Replied').length - 1).toBe(EVENTS_A_PAGE)
    expect(wordsOf(notes).split('Note by').length - 1).toBe(NOTES_A_PAGE)
  })
})

test('a card offers everybody what they may do, and nothing else', () => {
  const offered = (role: Role) =>
    new Set(buttonsOf(contactCardView(aCard(), { role })).map(({ action_id }) => action_id.split(':')[0]))
  const reading = ['contact_history', 'company_open', 'contact_score', 'contact_timeline', 'contact_sources']
  expect(offered('viewer')).toEqual(new Set(reading))
  expect(offered('member').difference(offered('viewer'))).toEqual(
    new Set([
      ...['contact_note', 'contact_tag', 'contact_status', 'contact_assign', 'contact_edit'],
      ...['contact_enrich', 'contact_export'],
    ]),
  )
  expect(offered('admin').difference(offered('member'))).toEqual(new Set(['contact_forget']))
})
