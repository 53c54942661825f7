import { describe, expect, test } from 'vitest'
import { problemsOf } from '../../practice/slack/block-kit.ts'
import { readPress } from '../../src/bot/listeners.ts'
import { alertView } from '../../src/bot/views/alert.ts'
import { alertEntryView } from '../../src/bot/views/alert-entry.ts'
import { laterForm } from '../../src/bot/views/alert-later-form.ts'
import { rollUpView } from '../../src/bot/views/alert-roll-up.ts'
import { aCard, anAlert, anAlertEvent, aTriage, buttonsOf, NOW, wordsOf } from './fixtures.ts'

const own = { audience: 'own', offersUndo: false } as const

describe('an alert', () => {
  test('says who answered what, quotes it, and offers what can be made of it', () => {
    const lead = anAlertEvent({ subject: 'Hello <!here>', excerpt: 'Call me' })
    const view = alertView(anAlert({ lead }), own)
    expect(view.text).toBe('Ada Lovelace (ada@example.com) replied to “Hello &lt;!here&gt;”.')
    expect(wordsOf(view)).toContain('Call me')
    expect(wordsOf(view)).toContain('CTO, Analytical Engines · Engaged · Score 26.5 · No owner')
    expect(wordsOf(view)).toContain('Campaign Spring launch, step 2')
    expect(buttonsOf(view).map(({ action_id }) => action_id)).toEqual([
      'alert_triage:interested',
      'alert_later',
      'alert_triage:not_interested',
      'alert_triage:wrong_person',
      'alert_triage:unsubscribe',
      'contact_open',
    ])
  })

  test.each([
    ['hot', 31.4, 'Ada Lovelace (ada@example.com) is hot: the score rose to 31.4.'],
    ['reopened', 41, 'Ada Lovelace (ada@example.com) opened after 41 days.'],
    ['reopened', 1, 'Ada Lovelace (ada@example.com) opened after 1 day.'],
    ['reopened', null, 'Ada Lovelace (ada@example.com) opened again.'],
    ['unsubscribed', null, 'Ada Lovelace (ada@example.com) unsubscribed.'],
    ['complained', null, 'Ada Lovelace (ada@example.com) marked a mail as spam.'],
  ] as const)('of the kind %s (%s) says why it comes', (kind, figure, words) => {
    expect(alertView(anAlert({ lead: anAlertEvent({ kind, type: 'opened', figure }) }), own).text).toBe(words)
  })

  test('without a text says why there is none', () => {
    expect(wordsOf(alertView(anAlert({ lead: anAlertEvent({ excerpt: ' ' }) }), own))).toContain(
      'did not send the text',
    )
  })

  test('asks nothing about somebody who wants no more mail', () => {
    const contact = { ...aCard(), suppression: { reason: 'unsubscribed', since: NOW, event: 'x:1' } } as const
    const replied = buttonsOf(alertView(anAlert({ contact }), own)).map(({ action_id }) => action_id)
    expect(replied).not.toContain('alert_triage:unsubscribe')
    const left = alertView(anAlert({ contact, lead: anAlertEvent({ kind: 'unsubscribed' }) }), own)
    expect(buttonsOf(left)).toEqual([{ action_id: 'contact_open', value: '42' }])
    expect(wordsOf(left)).toContain('Do not write')
  })

  test.each([
    ['interested', 'marked this as interested'],
    ['later', 'put this off until Tue, Dec 1'],
    ['not_interested', 'marked this as not interested'],
    ['wrong_person', 'marked this as the wrong person'],
    ['unsubscribe', 'unsubscribed this person'],
  ] as const)('that was settled as %s says by whom, and asks no more', (kind, words) => {
    const triage = aTriage({ kind, until: '2026-12-01' })
    const view = alertView(anAlert({ triage }), { ...own, offersUndo: true })
    expect(wordsOf(view)).toContain(`<@U0GRACE> ${words}`)
    expect(buttonsOf(view).map(({ value }) => value)).toEqual(['12:7', '42'])
    expect(buttonsOf(alertView(anAlert({ triage }), own))).toHaveLength(1)
  })

  test.each([
    ['shared', /other organizations are in this channel/],
    ['unknown', /Slack does not say who reads this channel/],
  ] as const)('shows no address where the readers are %s, and says why', (audience, why) => {
    const written = 'ask bob@example.com, not ada@example.com'
    const campaign = { id: null, name: written, step: null }
    const contact = aCard({ company: written, title: written })
    const lead = anAlertEvent({
      campaign,
      subject: written,
      excerpt: `${written}\n<${written}>`,
      url: 'https://x.y/ada@example.com',
    })
    const alert = anAlert({ contact, lead })
    const view = alertView(alert, { audience, offersUndo: false })
    expect(view.text).toMatch(/^Ada Lovelace \(a…@example\.com\) replied to “ask b…@example\.com, not a…@example\.com”/)
    expect(wordsOf(view)).toMatch(why)
    const nameless = { ...alert, contact: aCard({ firstName: null, lastName: null }) }
    const all = [view, alertEntryView({ alert, event: lead }, audience), rollUpView([alert, nameless], audience)]
    expect(JSON.stringify([...all, alertView(nameless, { audience, offersUndo: false })])).not.toMatch(/bob@|ada@/)
  })

  test('offers buttons that are understood, and that say where they stand', () => {
    const shared = buttonsOf(alertView(anAlert(), own)).map(
      ({ action_id, value }) => readPress(action_id, value)?.value,
    )
    const asked = buttonsOf(alertView(anAlert(), { ...own, isPrivate: true }))
    expect(shared[0]).toEqual({ kind: 'interested', conversation: 12, isPrivate: false })
    expect(asked.map(({ action_id, value }) => readPress(action_id, value)?.value).slice(0, 2)).toEqual([
      { kind: 'interested', conversation: 12, isPrivate: true },
      { conversation: 12, isPrivate: true },
    ])
    for (const value of ['later 12', 'interested', 'interested x', 'nothing 12', '12'])
      expect(readPress('alert_triage:x', value)).toBeUndefined()
  })
})

test('an entry of a thread shows where a click went, without what stands for one person', () => {
  const event = anAlertEvent({ kind: 'followed', type: 'clicked', url: 'https://acme.example/prices?who=ada#top' })
  const view = alertEntryView({ alert: anAlert(), event }, 'own')
  expect(view.text).toBe('Ada Lovelace clicked.')
  expect(wordsOf(view)).toContain('`acme.example/prices`')
  expect(JSON.stringify(view)).not.toContain('who=ada')
})

test('the form for a day says what comes of it', () => {
  const form = laterForm({ alert: anAlert(), initial: '2026-11-29', isPrivate: false })
  expect(problemsOf(form, 'modal')).toEqual([])
  expect(wordsOf(form)).toContain('At nine in the morning')
})
