import { describe, expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import type { Message } from '../../src/bot/blocks.ts'
import { readPress } from '../../src/bot/listeners.ts'
import { channel } from '../../src/bot/mrkdwn.ts'
import type { Role } from '../../src/bot/permissions.ts'
import { digestView } from '../../src/bot/views/digest.ts'
import {
  daysName,
  digestForm,
  digestStateView,
  orderedView,
  previewView,
  testView,
} from '../../src/bot/views/digest-schedule.ts'
import { digestThread } from '../../src/bot/views/digest-thread.ts'
import type { Digest } from '../../src/core/digest/digest.ts'
import { readDays } from '../../src/core/digest/settings.ts'
import { MOST_COUNTED } from '../../src/core/replies-waiting.ts'
import {
  aDigest,
  aDigestState,
  aHotContact,
  anEmptyDigest,
  aWaitingReply,
  buttonsOf,
  compared,
  mrkdwnOf,
  noStatistics,
  wordsOf,
} from './fixtures.ts'

const WORST = {
  'the longest': 'W'.repeat(5000),
  'right to left': 'שלום עולם مرحبا بالعالم '.repeat(200),
  hostile: '<!channel> *bold* `code` <https://evil.example|click> &amp; \u202eevil\u2066 :skull: '.repeat(60),
  'made of many': '👩‍💻é́'.repeat(900),
  no: '',
}

const MANY = 10_000_000
const TALLIES = [
  ...(['replied', 'opened', 'clicked', 'sent', 'delivered', 'bounced', 'complained', 'unsubscribed'] as const),
  ...(['form_submission', 'call_scheduled', 'demo_attended', 'machine_opened', 'unknown'] as const),
]

/** As much of everything as there can be, and more. */
function theWorst(outside: string): Digest {
  const who = { email: outside, firstName: outside, lastName: outside, company: outside, title: outside }
  const counts = Object.fromEntries(TALLIES.map((tally) => [tally, MANY]))
  return aDigest({
    from: '2026-11-15',
    days: 7,
    figures: TALLIES.map((tally) => ({ tally, ...compared(MANY, MANY / 3, `tag:"${'x'.repeat(1500)}"`) })),
    newContacts: compared(MANY, 0.25, 'since:2026-11-15'),
    hottest: Array.from({ length: 5 }, (_, id) => aHotContact({ id: id + 1, ...who, score: 12_345.6 })),
    waiting: {
      replies: Array.from({ length: 5 }, () => aWaitingReply({ ...who, owner: outside, subject: outside })),
      recent: MOST_COUNTED,
      total: MOST_COUNTED,
    },
    warnings: Array.from({ length: 50 }, (_, nth) => ({
      ...{ kind: nth % 2 === 0 ? 'bounced' : 'complained', campaign: outside, count: MANY, sent: MANY },
    })),
    silences: Array.from({ length: 20 }, (_, nth) => ({
      source: outside,
      name: outside,
      lastDeliveryAt: nth,
      silence: { days: MANY, missed: nth % 2, isUnusual: true, hasRhythm: true },
    })),
    campaigns: Array.from({ length: 10 }, () => ({ campaign: outside, events: counts })),
    imports: Array.from({ length: 30 }, (_, id) => {
      const [one] = aDigest().imports
      if (!one) throw new Error('there is no import')
      return { ...one, id, name: outside, campaign: outside }
    }),
    chart: {
      ...aDigest().chart,
      daily: aDigest().chart.daily.map(({ day }) => ({ day, events: counts })),
    },
  })
}

function problemsIn(messages: readonly Message[]): string[] {
  return messages.flatMap(({ charted, ...message }) => [
    ...problemsOf(message, 'message'),
    ...(charted ? problemsOf({ ...message, blocks: charted }, 'message') : []),
  ])
}

const ROLES: readonly Role[] = ['viewer', 'member', 'admin']

function everyMessage(digest: Digest, outside: string): Message[] {
  const { settings, ...rest } = aDigestState({ channel: outside || null, timeZone: outside || 'UTC' })
  const state = { ...rest, settings, last: { channel: outside, at: 0 }, trouble: outside || null }
  const own = digestView(digest, 'own')
  const thread = digestThread(digest, 'own')
  return [
    own,
    digestView(digest, 'shared'),
    digestView(digest, 'unknown'),
    ...thread,
    ...digestThread(digest, 'shared'),
    previewView(own, thread),
    ...ROLES.map((role) => digestStateView(state, { role })),
    digestStateView(state, { role: 'admin', news: channel(outside) }),
    orderedView(outside),
    testView(settings, outside),
  ]
}

describe.each(Object.entries(WORST))('with %s words, a digest', (_name, outside) => {
  const messages = everyMessage(theWorst(outside), outside)

  test('is what Slack takes, with its charts and without', () => {
    expect(problemsIn(messages)).toEqual([])
    expect(
      problemsOf(digestForm(aDigestState({ channel: outside || null, timeZone: outside || 'UTC' }).settings), 'modal'),
    ).toEqual([])
  })

  test('has nothing active in it', () => {
    const ours = /<!date\^-?\d+\^\{date_short_pretty\}(?: \{time\})?\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>|<@[UW][A-Z0-9]+>/g
    for (const text of mrkdwnOf(messages)) expect(text.replace(ours, '')).not.toMatch(/[<>]/)
  })

  test('has only buttons that we understand', () => {
    for (const { action_id, value } of buttonsOf(messages)) expect(readPress(action_id, value)).toBeDefined()
  })
})

describe('a digest', () => {
  const whole = wordsOf(digestView(aDigest(), 'own'))

  test('says first what matters, against what is usual on that day of the week', () => {
    const { text } = digestView(aDigest(), 'own')
    expect(text).toBe(
      'Digest of Saturday, November 21: 12 replies against 8 on a usual Saturday, 31 new contacts against 20. 1 person waits for an answer.',
    )
    expect(whole).toContain('Beside the average of the 4 Saturdays before')
    expect(whole).toContain('Europe/Berlin')
  })

  test('gives rates as n of m, of what arrived in the same days, and bounces of what was sent', () => {
    expect(whole).toContain('*Opened by people*\n120 of 405 ↑ usually 98')
    expect(whole).toContain('*Clicked by people*\n31 of 405 = usually 31')
    expect(whole).toContain('*Bounced for good*\n7 of 412 ↑ usually 0.5')
    expect(whole).toContain('*Sent*\n412 ↑ usually 380')
    expect(whole).not.toContain('Delivered')
  })

  test('counts as sent what arrived and what bounced, where no tool tells what was sent', () => {
    const figures = [
      { tally: 'bounced' as const, ...compared(7, 0) },
      { tally: 'delivered' as const, ...compared(40, 0) },
    ]
    expect(wordsOf(digestView(aDigest({ figures }), 'own'))).toContain('*Bounced for good*\n7 of 47 ↑ usually 0')
  })

  test('never says more of m than m', () => {
    const few = aDigest({
      figures: [
        { tally: 'replied', ...compared(9, 1) },
        { tally: 'sent', ...compared(4, 4) },
      ],
    })
    expect(wordsOf(digestView(few, 'own'))).toContain('*Replied*\n9 ↑ usually 1')
  })

  test('has a button for each figure that has a list, and for who waits and who is hot', () => {
    const values = buttonsOf(digestView(aDigest(), 'own').blocks).map(({ action_id, value }) => [action_id, value])
    expect(values).toContainEqual(['found_list:new', 'since:2026-11-21'])
    expect(values).toContainEqual(['found_list:opened', 'since:2026-11-21'])
    expect(values).toContainEqual(['found_list:hottest', 'score:>0'])
    expect(values).toContainEqual(['campaign_open', 'Spring launch'])
    expect(values.filter(([action]) => action === 'contact_open')).toHaveLength(3)
  })

  test('of several days names the first and the last of them', () => {
    const digest = aDigest({ from: '2026-11-20', to: '2026-11-22', days: 3 })
    const { text, blocks } = digestView(digest, 'own')
    expect(text).toContain('Digest of Friday, November 20 to Sunday, November 22: ')
    expect(text).toContain('against 8 from a usual Friday to Sunday')
    expect(wordsOf(blocks)).toContain('Beside the same days of the 4 weeks before')
  })

  test('of the first days compares with nothing', () => {
    const first = aDigest({ newContacts: compared(31, null), figures: [{ tally: 'sent', ...compared(5, null) }] })
    const words = wordsOf(digestView(first, 'own'))
    expect(words).toContain('There is nothing to compare with yet')
    expect(words).toContain('*31 new contacts*. *1 person* waits for an answer.')
    expect(words).not.toMatch(/against|usually \d/)
  })

  test('without anything to report is one line, and has no thread', () => {
    const digest = anEmptyDigest()
    expect(digestView(digest, 'own')).toEqual({
      text: 'Nothing to report for Saturday, November 21.',
      blocks: [expect.objectContaining({ type: 'section' })],
    })
    expect(digestThread(digest, 'own')).toEqual([])
  })

  test('of an empty CRM teaches', () => {
    const { byStatus } = noStatistics()
    const people = { byStatus, contacts: 0, suppressed: 0, enriched: 0, verified: 0 }
    const words = wordsOf(digestView(anEmptyDigest({ people }), 'own'))
    expect(words).toContain('the CRM has no contacts yet')
    expect(words).toContain('Connect an e-mail tool')
  })

  test.each(['shared', 'unknown'] as const)('hides addresses where readers are %s', (audience) => {
    const secret = 'zora@quetzal.example'
    const who = { email: secret, firstName: null, lastName: secret, company: secret, title: secret }
    const [one] = aDigest().imports
    const digest = aDigest({
      hottest: [aHotContact(who)],
      waiting: { replies: [aWaitingReply(who)], recent: 1, total: 1 },
      warnings: [{ kind: 'complained', campaign: `for ${secret}`, count: 3, sent: 100 }],
      campaigns: [{ campaign: `for ${secret}`, events: { sent: 100 } }],
      imports: one ? [{ ...one, name: `only ${secret}.csv` }] : [],
    })
    const messages = (to: typeof audience | 'own') => JSON.stringify([digestView(digest, to), digestThread(digest, to)])
    expect(messages('own')).toContain(secret)
    expect(messages(audience)).not.toContain(secret)
    expect(messages(audience)).toContain('Addresses are hidden')
  })

  test('draws the week where a workspace takes charts, and bars elsewhere', () => {
    const { blocks, charted } = digestView(aDigest(), 'own')
    expect(JSON.stringify(blocks)).toContain('█')
    expect(charted?.filter(({ type }) => type === 'data_visualization')).toHaveLength(1)
    expect(JSON.stringify(charted)).not.toContain('█')
  })
})

describe('the thread of a digest', () => {
  const words = wordsOf(digestThread(aDigest(), 'own'))

  test('has a line for each day, where everybody stands, campaigns, imports and enrichment, and nobody by name', () => {
    for (let day = 8; day <= 21; day += 1) expect(words).toContain(`Nov ${day}`)
    expect(words).toContain('Where everybody stands')
    expect(words).toContain('fair.csv: 31 new, 4 changed, 2 rows left out')
    expect(words).toContain('something was found about 20 of 31 people, for 40 credits')
    expect(words).not.toContain('Lovelace')
    expect(words).not.toContain('@')
  })
})

describe('where and when it comes', () => {
  const state = { ...aDigestState(), trouble: null }

  test.each([
    ['mon-fri', 'Monday to Friday'],
    ['mon,wed,fri', 'Monday, Wednesday and Friday'],
    ['sat,sun', 'Saturday and Sunday'],
    ['tue', 'Tuesday'],
    ['daily', 'every day'],
  ])('%s is %s', (typed, named) => {
    expect(daysName(readDays(typed) ?? [])).toBe(named)
  })

  test('is told to everybody, with what they may do about it', () => {
    const offered = (role: Role) => buttonsOf(digestStateView(state, { role })).map(({ action_id }) => action_id)
    expect(offered('viewer')).toEqual(['digest_preview'])
    expect(offered('member')).toEqual(['digest_preview'])
    expect(offered('admin')).toEqual(['digest_preview', 'digest_change', 'digest_test', 'digest_now'])
  })

  test('says what keeps it from its channel', () => {
    const view = digestStateView({ ...state, trouble: 'The app is not in #sales.' }, { role: 'viewer' })
    expect(wordsOf(view)).toContain(':warning: The app is not in #sales.')
  })

  test('that is off says who can switch it on, and has nothing to send', () => {
    const off = { ...aDigestState({ channel: null }), nextDay: null, last: null, trouble: null }
    expect(wordsOf(digestStateView(off, { role: 'member' }))).toContain('An admin can choose one.')
    const offered = buttonsOf(digestStateView(off, { role: 'admin' })).map(({ action_id }) => action_id)
    expect(offered).toEqual(['digest_preview', 'digest_change'])
  })

  test('can go back to what the server says where somebody chose something else', () => {
    const saved = { ...aDigestState({ saved: { by: 'U0GRACE', at: 0 } }), trouble: null }
    const view = digestStateView(saved, { role: 'admin' })
    expect(wordsOf(view)).toContain('Chosen by <@U0GRACE>')
    expect(buttonsOf(view).map(({ action_id }) => action_id)).toContain('digest_reset')
  })

  test('a form begins with what holds now', () => {
    const inputs = digestForm(aDigestState().settings).blocks
    expect(inputs).toMatchObject([
      { block_id: 'channel', optional: true, element: { initial_conversation: 'C0SALES' } },
      { block_id: 'at', element: { initial_time: '09:00' } },
      { block_id: 'days', element: { initial_options: Array(5).fill({}) } },
    ])
    expect(digestForm(aDigestState({ channel: '#sales' }).settings).blocks[0]).not.toHaveProperty(
      'element.initial_conversation',
    )
  })
})
