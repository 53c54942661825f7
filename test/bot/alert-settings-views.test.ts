import { describe, expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import { AS_TYPED, BY_HASH, kindsForm, nameOptions, quietForm, ruleForm } from '../../src/bot/views/alert-forms.ts'
import { noticeView } from '../../src/bot/views/alert-notice.ts'
import { alertsView, alertTestView } from '../../src/bot/views/alert-settings.ts'
import { ruleWords } from '../../src/bot/views/alert-words.ts'
import { MOST_RULES } from '../../src/core/alerts/choices.ts'
import { ALERT_KINDS, kindSettings } from '../../src/core/alerts/kinds.ts'
import { type AlertRule, TO_OWNER } from '../../src/core/alerts/rules.ts'
import { anAlertRule, anAlertsState, someNotices, wordsOf } from './fixtures.ts'

const OUTSIDE = Object.entries({
  'the longest': 'W'.repeat(5000),
  'right to left': 'שלום עולם مرحبا بالعالم '.repeat(200),
  hostile: '<!channel> *bold* `code` <https://evil.example|click> &amp; \u202eevil\u2066 :skull: '.repeat(60),
  'made of many': '👩‍💻é́'.repeat(900),
  'half a character of': '\ud800',
  no: '',
})

/** As many as there may be, each with all that a rule can have. */
function everyRule(outside: string): AlertRule[] {
  return Array.from({ length: MOST_RULES }, (_, nth) =>
    anAlertRule({
      id: 999_999_999_999_900 + nth,
      kinds: ALERT_KINDS.slice(0, 6),
      campaign: outside,
      tag: outside,
      owner: outside,
      target: nth % 2 === 0 ? outside : 'W0123456789',
    }),
  )
}

describe.each(OUTSIDE)('with %s words', (_, outside) => {
  test('all that is said of alerts fits the limits of Slack, and nothing in it acts', () => {
    const quiet = { from: outside, until: outside, timeZone: outside }
    const troubles = new Map([
      [outside, 'is_archived'],
      ['W0123456789', 'user_disabled'],
    ])
    const state = anAlertsState({ rules: everyRule(outside), channel: outside, quiet, troubles })
    const asked = state.rules[3]?.id
    const views = [
      alertsView(state, { role: 'admin', ...(asked === undefined ? {} : { asked }) }),
      alertsView(state, { role: 'viewer' }),
      alertTestView(anAlertRule({ target: outside, kinds: [...ALERT_KINDS] }), outside),
      // No campaign has half a character in its name.
      ...someNotices(outside.toWellFormed()).map(noticeView),
    ]
    for (const view of views) {
      expect(problemsOf(view, 'message')).toEqual([])
      expect(`${view.text} ${wordsOf(view)}`).not.toMatch(/<!channel|<https|\u202e/)
    }
    expect(wordsOf(alertsView(state, { role: 'admin' }))).toContain('Your quiet hours')
  })

  test('the forms fit the limits of Slack', () => {
    const rule = anAlertRule({ campaign: outside, tag: outside, owner: 'U0ADA', kinds: [...ALERT_KINDS] })
    const forms = [
      kindsForm(kindSettings(ALERT_KINDS.map((kind) => ({ kind, isOn: true, threshold: 1000.25 })))),
      ...['C0SALES', 'U0ADA', TO_OWNER, outside].map((target) => ruleForm({ ...rule, target })),
      ruleForm(),
      quietForm(null, outside),
    ]
    for (const form of forms) expect(problemsOf(form, 'modal')).toEqual([])
  })

  test('a menu offers names that fit', () => {
    for (const option of nameOptions([outside || 'x', 'Spring'], outside)) {
      expect(option.text.text.length).toBeLessThanOrEqual(75)
      expect(option.value?.length).toBeLessThanOrEqual(75)
      expect(option.value).toMatch(new RegExp(`^[${AS_TYPED}${BY_HASH}].`))
    }
  })
})

test.each<[rule: Partial<AlertRule>, words: string]>([
  [{ campaign: null }, 'All alerts → <#C0SALES>'],
  [{ kinds: ['hot', 'replied'] }, 'Replies, hot contacts in *Spring launch* → <#C0SALES>'],
  [
    { tag: 'vip', owner: 'U0ADA', target: TO_OWNER },
    'All alerts in *Spring launch*, tagged *vip*, owned by <@U0ADA> → the contact’s owner',
  ],
  [{ campaign: null, target: 'U0ADA' }, 'All alerts → <@U0ADA>'],
])('the rule %o is told as “%s”', (rule, words) => {
  expect(ruleWords(anAlertRule(rule))).toBe(words)
})

test('what was typed is offered where no campaign is called so', () => {
  const offered = (typed: string) => nameOptions(['Spring launch'], typed).map(({ text }) => text.text)
  expect(offered('')).toEqual(['Spring launch'])
  expect(offered('SPRING launch ')).toEqual(['Spring launch'])
  expect(offered('Spring')).toEqual(['Spring launch', 'Spring'])
  expect(offered('x'.repeat(100))).toEqual(['Spring launch'])
})

test('a rule whose alerts are all switched off says so', () => {
  const words = (rule: Partial<AlertRule>) =>
    wordsOf(alertsView(anAlertsState({ rules: [anAlertRule(rule)] }), { role: 'admin' }))
  expect(words({ kinds: ['complained'] })).toContain('this rule does nothing')
  expect(words({ kinds: ['complained', 'replied'] })).not.toContain('this rule does nothing')
})

test('where alerts go nowhere, that comes with what to do', () => {
  const state = anAlertsState({ rules: [], channel: null })
  expect(wordsOf(alertsView(state, { role: 'admin' }))).toContain(
    'Nowhere yet: add a rule, or have `CRM_ALERT_CHANNEL`',
  )
})
