import { describe, expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import { messageModal } from '../../src/bot/surfaces.ts'
import { forgetForm, forgottenPostView, forgottenView, unchangedPostsView } from '../../src/bot/views/forget.ts'
import { aCard, anErasure, NOW, wordsOf } from './fixtures.ts'

const WORST = {
  'the longest': 'W'.repeat(5000),
  'right to left': 'שלום עולם مرحبا بالعالم '.repeat(200),
  hostile: '<!channel> *bold* `code` <https://evil.example|click> &amp; \u202eevil\u2066 :skull: '.repeat(60),
  'made of many': '👩‍💻é́'.repeat(900),
  no: '',
}

/** An address is at most so long, or the form would not have been opened. */
const LONGEST_ADDRESS = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(60)}`

describe.each(Object.entries(WORST))('with %s words', (_name, outside) => {
  const contact = aCard({ firstName: outside, lastName: outside, company: outside })
  const preview = { email: LONGEST_ADDRESS, contact, events: 10_000_000, notes: 10_000 }
  const posts = Array.from({ length: 20 }, () => ({ channel: outside, at: NOW, reason: outside }))
  const worst = anErasure({ events: 10_000_000, notes: 10_000, kept: 10_000, posts: 10_000, filesCleared: false })

  test('Slack takes the form and what comes of it', () => {
    for (const view of [
      forgetForm(preview),
      forgetForm({ ...preview, contact: null }),
      messageModal('Erased', forgottenView(LONGEST_ADDRESS, worst)),
    ])
      expect(problemsOf(view, 'modal')).toEqual([])
    for (const message of [unchangedPostsView(posts), forgottenPostView(), forgottenView(outside, worst)])
      expect(problemsOf(message, 'message')).toEqual([])
  })

  test('nothing from outside mentions anybody or hides an address', () => {
    const words = [forgetForm(preview), forgottenView(outside, worst), unchangedPostsView(posts)]
      .map(wordsOf)
      .join('\n')
    expect(words).not.toMatch(/<!channel>|<https?:|\u202e/)
  })
})

test('says n of what, and what could not be', () => {
  const words = wordsOf(forgottenView('ada@example.com', anErasure({ kept: 1, posts: 2, filesCleared: false })))
  expect(words).toMatch(/12 events · 1 note.*1 unread part of deliveries.*2 messages in Slack.*crm forget --clear/s)
})
