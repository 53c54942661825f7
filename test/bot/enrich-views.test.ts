import { describe, expect, test } from 'vitest'

import { problemsOf } from '../../practice/slack/block-kit.ts'
import { contactCardView } from '../../src/bot/views/contact-card.ts'
import { contactSourcesView } from '../../src/bot/views/contact-sources.ts'
import { enrichCostView } from '../../src/bot/views/enrich-cost.ts'
import { outcomeDetails, outcomeSentence } from '../../src/bot/views/enrich-outcome.ts'
import { enrichingView, enrichReportView } from '../../src/bot/views/enrich-run.ts'
import { confidenceWords, detailWords, LACK, sourceName } from '../../src/bot/views/enrichment-words.ts'
import { nearMissesView } from '../../src/bot/views/near-misses.ts'
import type { ContactCard } from '../../src/core/contact-card.ts'
import type { Estimate } from '../../src/core/enrichment/enrich.ts'
import type { ContactOutcome } from '../../src/core/enrichment/outcome.ts'
import type { Lack } from '../../src/core/enrichment/waterfall.ts'
import {
  aBatchOutcome,
  aCard,
  aFact,
  aMatch,
  anEmptyCard,
  anEstimate,
  anOutcome,
  buttonsOf,
  NOW,
  wordsOf,
} from './fixtures.ts'

const HOUR = 60 * 60 * 1000
const EVERY_LACK: readonly Lack[] = [
  'free_mail',
  'role_account',
  'address_fails',
  'no_provider',
  'nobody_knows',
  'waiting',
  'budget',
  'rate_limited',
  'unavailable',
  'uncertain',
]

describe('what came of enriching one contact', () => {
  test.each<[outcome: Partial<ContactOutcome>, sentence: string]>([
    [{}, 'Found company, title and LinkedIn · Apollo · 1 credit'],
    [
      { asked: ['apollo', 'pdl'], credits: 2 },
      'Found company, title and LinkedIn · Apollo and People Data Labs · 2 credits',
    ],
    [
      { found: ['lastName', 'linkedinUrl', 'phone', 'emailStatus', 'industry', 'jobTitle', 'companyName'] },
      'Found company, title, LinkedIn, whether the address works, phone and 2 more · Apollo · 1 credit',
    ],
    [{ found: ['phone'], credits: 0.9999 }, 'Found phone · Apollo · 1 credit'],
    [{ found: ['companyName'], asked: ['reacher'], credits: 0 }, 'Found company · Reacher · no credits'],
    [{ found: ['emailStatus'], asked: [], credits: 0 }, 'Found whether the address works · without asking anybody'],
    [{ kind: 'complete', found: [], asked: [] }, 'Nothing to look for: everything is known and recent'],
    [
      { kind: 'nothing', found: [], asked: ['apollo', 'hunter', 'pdl'], credits: 0 },
      'Nobody knows more: Apollo, Hunter and People Data Labs were asked · no credits',
    ],
    [{ kind: 'nothing', found: [], asked: ['apollo'] }, 'Nobody knows more: Apollo was asked · 1 credit'],
    [{ kind: 'nothing', found: [], asked: [], credits: 0 }, 'Nothing new was found'],
    [
      { kind: 'waiting', found: [], asked: ['apollo', 'dropcontact'] },
      'Dropcontact was asked and answers in some minutes. What it says then stands on the card',
    ],
    [{ kind: 'suppressed', found: [], asked: [] }, 'Not asked: this person must not be written to'],
    [
      { kind: 'suppressed', found: [], asked: ['hunter'] },
      'Hunter was told not to process this person. Nobody else is asked, and nobody should write',
    ],
    [{ kind: 'gone', found: [], asked: [] }, 'This contact is no longer in the CRM'],
    [{ kind: 'failed', found: [], asked: [] }, 'Something went wrong on our side, and it is in the log'],
  ])('%j is said in a sentence', (outcome, sentence) => {
    expect(outcomeSentence(anOutcome(outcome))).toBe(sentence)
  })

  test.each(EVERY_LACK)('names what is lacking because of %s, with the reason', (why) => {
    const outcome = anOutcome({
      kind: 'nothing',
      lacking: [
        { want: 'jobTitle', why },
        { want: 'linkedinUrl', why },
      ],
    })
    expect(outcomeDetails(outcome)).toContain(`Not found: title and LinkedIn (${LACK[why]})`)
    expect(problemsOf(contactCardView(aCard(), { outcome }), 'message')).toEqual([])
  })

  test('says when to try again, and how to switch a provider on where none is', () => {
    const lacking = [{ want: 'jobTitle', why: 'no_provider' }] as const
    const details = outcomeDetails(anOutcome({ lacking, retryAt: NOW })).join('\n')
    expect(details).toContain('Worth trying again: <!date^')
    expect(details).toContain('`APOLLO_API_KEY`')
    expect(details).toContain('README')
    expect(outcomeDetails(anOutcome())).toEqual([])
  })

  test('names what was found before somebody who answers later was asked', () => {
    const outcome = anOutcome({ kind: 'waiting', found: ['companyName'], asked: ['dropcontact'] })
    expect(outcomeDetails(outcome)).toEqual(['Found so far: company'])
  })

  test('stands first on the card and in the notification', () => {
    const { text, blocks } = contactCardView(aCard(), { outcome: anOutcome() })
    expect(text).toMatch(/^Found company, title and LinkedIn · Apollo · 1 credit\. Ada Lovelace/)
    expect(wordsOf(blocks[0])).toBe(':sparkles: Found company, title and LinkedIn · Apollo · 1 credit')
  })
})

describe('the card shows what is known from elsewhere', () => {
  const full = aCard({
    emailEvidence: { status: 'risky', source: 'zerobounce', at: NOW },
    emailDetail: 'catch_all',
    facts: [
      aFact({ field: 'companyName', value: 'Analytical Engines' }),
      aFact({ field: 'jobTitle', value: 'CTO' }),
      aFact({ field: 'linkedinUrl', value: 'https://www.linkedin.com/in/ada' }),
      aFact({ field: 'phone', value: '+441134960999', note: 'company switchboard' }),
      aFact({ field: 'seniorityLevel', value: 'c_level' }),
      aFact({ field: 'industry', value: 'computing' }),
      aFact({ field: 'companySize', value: '51-200' }),
      aFact({ field: 'location', value: 'Leeds, England', isGuess: true }),
    ],
  })

  test('compactly, in ten fields of which none is lost', () => {
    const words = wordsOf(contactCardView(full))
    expect(words).toContain('*Work*\nCTO, Analytical Engines\n')
    expect(words).toContain('*Profile*\nC-level · Computing · 51–200 people · Leeds, England?\n')
    expect(words).toContain('*Phone*\n+44 113 496 0999 (company switchboard)\n')
    expect(words).toContain('<https://www.linkedin.com/in/ada|LinkedIn>')
    for (const label of ['Status', 'Score', 'E-mail', 'Web', 'Owner', 'Tags', 'Campaign'])
      expect(words).toContain(`*${label}*\n`)
  })

  test('with status, reason, source and date of the address', () => {
    expect(wordsOf(contactCardView(full))).toMatch(/\*E-mail\*\nRisky: accepts everything \(ZeroBounce, <!date\^/)
  })

  test('and nothing twice: neither what people entered nor a level that the title says', () => {
    const facts = [
      aFact({ field: 'companyName', value: 'Other Engines' }),
      aFact({ field: 'seniorityLevel', value: 'head' }),
    ]
    const words = wordsOf(contactCardView(aCard({ title: 'Head of Research', facts })))
    expect(words).toContain('Head of Research, Analytical Engines')
    expect(words).not.toContain('Other Engines')
    expect(words).not.toContain('*Profile*')
  })

  test('guesses only with a question mark, and never as the name', () => {
    const facts = [
      aFact({ field: 'companyName', value: 'Brightforge', isGuess: true, source: 'guess:domain' }),
      aFact({ field: 'firstName', value: 'Ada', isGuess: true, source: 'guess:address' }),
      aFact({ field: 'lastName', value: 'Lovelace', isGuess: true, source: 'guess:address' }),
    ]
    const view = contactCardView({ ...anEmptyCard(), facts })
    expect(wordsOf(view)).toContain('*Work*\nBrightforge?')
    expect(wordsOf(view)).toContain('*Profile*\nAda Lovelace?')
    expect(view.text).not.toContain('Lovelace')
  })

  test('with a link to LinkedIn only where it leads there', () => {
    for (const value of [
      'https://evil.example/linkedin.com/',
      'https://linkedin.com.evil.example/in/a',
      'javascript:x',
    ]) {
      const words = wordsOf(contactCardView(aCard({ facts: [aFact({ field: 'linkedinUrl', value })] })))
      expect(words).not.toContain('|LinkedIn>')
      expect(words).toContain(value)
    }
  })
})

describe('the button of the card', () => {
  const labels = (card: ContactCard, options: Parameters<typeof contactCardView>[1]) =>
    buttonsOf(contactCardView(card, options))
      .map(({ action_id }) => action_id)
      .filter((action) => /^contact_(enrich|sources)/.test(action))
  const told = (at: number) => aCard({ facts: [aFact({ at })], emailEvidence: null })

  test('asks again, after a question, where a provider told something within a day', () => {
    expect(labels(told(NOW - 23 * HOUR), { now: NOW })).toEqual(['contact_enrich_again', 'contact_sources'])
    expect(labels(told(NOW - 25 * HOUR), { now: NOW })).toEqual(['contact_enrich', 'contact_sources'])
    expect(
      labels(aCard({ emailEvidence: { status: 'risky', source: 'hunter, reacher', at: NOW } }), { now: NOW }),
    ).toContain('contact_enrich_again')
    const again = JSON.stringify(contactCardView(told(NOW), { now: NOW }).blocks)
    expect(again).toMatch(/"confirm":\{.*may cost credits/)
    expect(JSON.stringify(contactCardView(told(0), { now: NOW }).blocks)).not.toContain('confirm')
  })

  test('does not take what costs nothing for a provider', () => {
    const card = aCard({ facts: [aFact({ source: 'crm-sibling', at: NOW })] })
    expect(labels(card, { now: NOW })).toContain('contact_enrich')
  })

  test.each<[outcome: Partial<ContactOutcome>, action: string]>([
    [{}, 'contact_enrich_again'],
    [{ kind: 'complete' }, 'contact_enrich_again'],
    [{ kind: 'nothing', lacking: [{ want: 'jobTitle', why: 'nobody_knows' }] }, 'contact_enrich_again'],
    [{ kind: 'nothing', lacking: [{ want: 'jobTitle', why: 'uncertain' }] }, 'contact_enrich_again'],
    [{ kind: 'nothing', lacking: [{ want: 'jobTitle', why: 'budget' }] }, 'contact_enrich'],
    [{ kind: 'nothing', lacking: [{ want: 'jobTitle', why: 'no_provider' }] }, 'contact_enrich'],
    [{ kind: 'failed' }, 'contact_enrich'],
  ])('after %j is %s', (outcome, action) => {
    expect(labels(anEmptyCard(), { outcome: anOutcome(outcome), now: NOW })).toEqual([action, 'contact_sources'])
  })

  test('is not there for somebody who must not be written to', () => {
    const card = aCard({ suppression: { reason: 'opted_out', since: NOW, event: 'hunter:opt-out' } })
    expect(labels(card, { now: NOW })).toEqual(['contact_sources'])
  })
})

describe('why we have this', () => {
  test('names source, date, confidence, note and call of every fact, and who says otherwise', () => {
    const facts = [
      aFact({
        field: 'phone',
        value: '+441134960999',
        note: 'company switchboard',
        requestId: 'req-7',
        agreeing: ['hunter', 'event:sendgrid'],
        others: [{ source: 'pdl', value: '+441134960000', at: NOW }],
      }),
      aFact({ field: 'companyName', value: 'Brightforge', source: 'guess:domain', confidence: 0.25, isGuess: true }),
    ]
    const words = wordsOf(contactSourcesView(aCard({ company: null, facts })))
    expect(words).toMatch(
      /\*Phone\*\n\+44 113 496 0999\nApollo · <!date[^>]+> · likely · company switchboard\nThe same: Hunter, an event of SendGrid\nOtherwise: \+44 113 496 0000 \(People Data Labs, </,
    )
    expect(words).toMatch(/\*Company\*\nBrightforge\?\nguessed from the domain · <!date[^>]+> · uncertain/)
    expect(words).toContain('Look-ups: Apollo req-7\n')
  })

  test('names some of those who say otherwise, and counts the rest', () => {
    const others = Array.from({ length: 8 }, (_, index) => ({ source: `import ${index}`, value: 'x', at: NOW }))
    const words = wordsOf(contactSourcesView(aCard({ facts: [aFact({ others })] })))
    expect(words.match(/Otherwise: /g)).toHaveLength(5)
    expect(words).toContain('\nand 3 more')
  })

  test('tells apart what was entered here from what was told', () => {
    const facts = [aFact({ field: 'jobTitle', value: 'CTO' }), aFact({ field: 'companyName', value: 'Other' })]
    const words = wordsOf(contactSourcesView(aCard({ facts })))
    expect(words).toContain('*Company*\nAnalytical Engines · entered here, or imported')
    expect(words).not.toContain('CTO · entered here')
  })

  test.each<[card: Partial<ContactCard>, words: string]>([
    [{ addedBy: 'U0GRACE', sourceCampaign: null }, 'Added by <@U0GRACE>. In the CRM since <!date^'],
    [
      {},
      'Came with an import, or with the first event of an e-mail tool, for the campaign “Spring launch”. In the CRM',
    ],
  ])('says how the contact came here: %j', (card, words) => {
    expect(wordsOf(contactSourcesView(aCard(card)))).toContain(words)
  })

  test('says what the person may ask for, also where nobody told anything', () => {
    const words = wordsOf(contactSourcesView(anEmptyCard()))
    expect(words).toContain('Nobody else has told anything of this person.')
    expect(words).toContain('articles 14 and 15')
    expect(words).toMatch(/unsubscription.*ends mail and look-ups/)
    expect(words).toContain('erases somebody')
    expect(words).toContain('*E-mail*\nNot checked')
  })
})

describe('what a run would cost', () => {
  const cost = (estimate: Partial<Estimate>, providers: Parameters<typeof enrichCostView>[2] = ['apollo', 'hunter']) =>
    enrichCostView('campaign:"Spring launch"', anEstimate(estimate), providers)

  test('is said before anybody is asked', () => {
    const view = cost({})
    expect(view.text).toBe(
      '128 contacts match `campaign:"Spring launch"`. 90 of them lack something that a provider could know. Asking costs *between 90 and 270 credits*. 12 of 500 credits are spent today. 488 credits are left.',
    )
    expect(wordsOf(view)).toContain('Switched on: Apollo and Hunter')
    expect(wordsOf(view)).toContain('Nobody is asked about people who must not be written to')
    expect(buttonsOf(view)).toEqual([
      { action_id: 'enrich_start', value: 'campaign:"Spring launch"' },
      { action_id: 'enrich_cancel', value: 'not now' },
    ])
    expect(wordsOf(view)).toContain('Enrich 128 contacts\n')
  })

  test.each<[estimate: Partial<Estimate>, words: string]>([
    [{ spentToday: 300 }, ':warning: The 200 left may not do: the rest is asked about tomorrow.'],
    [{ spentToday: 450 }, ':warning: The 50 left will not do: the rest is asked about tomorrow.'],
    [{ spentToday: 500 }, ':warning: Nothing is left: providers are asked tomorrow.'],
    [{ spentToday: 520 }, ':warning: Nothing is left: providers are asked tomorrow.'],
    [
      { least: 1, most: 1, spentToday: 499 },
      'Asking costs *1 credit*. 499 of 500 credits are spent today. 1 credit is left.',
    ],
    [{ contacts: 90 }, 'All of them lack something'],
    [{ contacts: 2, toAsk: 1 }, '1 of them lacks something'],
    [{ contacts: 1, toAsk: 1 }, '1 contact matches'],
  ])('and whether the day will do: %j', (estimate, words) => {
    expect(cost(estimate).text).toContain(words)
  })

  test('nothing to ask is a sentence and no button', () => {
    const view = cost({ toAsk: 0, least: 0, most: 0 })
    expect(view.text).toContain('There is nothing to ask about them')
    expect(buttonsOf(view)).toEqual([])
  })

  test('nobody who matches is a sentence with how to say it', () => {
    const view = cost({ contacts: 0, toAsk: 0 })
    expect(view.text).toBe('No contact matches `campaign:"Spring launch"`.')
    expect(wordsOf(view)).toContain('stand in quotes')
    expect(buttonsOf(view)).toEqual([])
  })

  test('without a provider says what is looked at all the same, and how to switch one on', () => {
    const view = cost({ toAsk: 0, least: 0, most: 0 }, [])
    expect(view.text).toContain('only what costs nothing is looked at')
    expect(wordsOf(view)).toContain('`APOLLO_API_KEY`')
    expect(buttonsOf(view)[0]).toEqual({ action_id: 'enrich_start', value: 'campaign:"Spring launch"' })
  })
})

describe('a run', () => {
  test('shows a bar, how many of all, and what was spent so far', () => {
    const view = enrichingView('tag:vip', { done: 64, total: 128, credits: 50 })
    expect(wordsOf(view)).toContain('Enriching `tag:vip`…\n██████░░░░░░ 64 of 128 · 50 credits so far')
    expect(wordsOf(enrichingView('tag:vip', { done: 127, total: 128, credits: 18.077 }))).toContain(
      '███████████░ 127 of 128 · 18.1 credits so far',
    )
  })

  test('ends with what became of everybody and what it cost', () => {
    expect(enrichReportView('campaign:"Spring launch"', aBatchOutcome()).text).toBe(
      'Spring launch: 128 contacts. 90 enriched, 12 already complete, 20 without anything new, 4 waiting for an answer, 2 not to be written to, and not asked about. 96 credits.',
    )
    const counts = { enriched: 0, complete: 0, nothing: 0, waiting: 0, suppressed: 0, gone: 1, failed: 1 }
    expect(enrichReportView('campaign:Spring', aBatchOutcome({ contacts: 2, counts, credits: 1 })).text).toBe(
      'Spring: 2 contacts. 1 gone meanwhile, 1 failed on our side, see the log. 1 credit.',
    )
    const nobody = { ...counts, gone: 0, failed: 0 }
    expect(enrichReportView('tag:a tag:b', aBatchOutcome({ contacts: 0, counts: nobody, credits: 0 })).text).toBe(
      '`tag:a tag:b`: 0 contacts. 0 credits.',
    )
  })

  test('says what is lacking and why, first what somebody could change', () => {
    const lacking = Object.fromEntries(EVERY_LACK.map((why, index) => [why, index + 1]))
    const view = enrichReportView('tag:vip', aBatchOutcome({ lacking }))
    const words = wordsOf(view).split('\n')
    for (const why of EVERY_LACK) expect(words.filter((line) => line.endsWith(LACK[why]))).toHaveLength(1)
    expect(words.findIndex((line) => line.includes('credits of today'))).toBeLessThan(
      words.findIndex((line) => line.includes('everybody who could know')),
    )
    expect(problemsOf(view, 'message')).toEqual([])
  })

  test('says what happens next, and where to look', () => {
    const words = wordsOf(enrichReportView('tag:vip', aBatchOutcome({ later: { ids: [1, 2], at: NOW } })))
    expect(words).toContain('2 contacts are tried again without you, from <!date^')
    expect(words).toContain('What is waited for appears on the cards')
    expect(words).toContain('`/crm lookup`')
    const quiet = aBatchOutcome({ counts: { ...aBatchOutcome().counts, waiting: 0 } })
    expect(wordsOf(enrichReportView('tag:vip', quiet))).not.toMatch(/tried again|waited for/)
  })
})

describe('words', () => {
  test.each([
    ['apollo', 'Apollo'],
    ['crm-sibling', 'a colleague’s contact'],
    ['guess:domain', 'guessed from the domain'],
    ['rule:title', 'from the title'],
    ['event:sendgrid', 'an event of SendGrid'],
    ['event:mailgun', 'an event of Mailgun'],
    ['hunter, zerobounce', 'Hunter, ZeroBounce'],
    ['old_crm', 'old crm'],
    ['constructor', 'constructor'],
    ['', ''],
  ])('call the source %j %j', (source, name) => {
    expect(sourceName(source)).toBe(name)
  })

  test.each([
    ['catch_all', 'accepts everything'],
    ['null_mx', 'the domain takes no mail'],
    ['some_new_reason', 'some new reason'],
    ['__proto__', '  proto  '],
  ])('call the reason %j %j', (detail, words) => {
    expect(detailWords(detail)).toBe(words)
  })

  test.each([
    [0, 'uncertain'],
    [0.49, 'uncertain'],
    [0.5, 'probable'],
    [0.75, 'likely'],
    [0.85, 'very likely'],
    [1, 'very likely'],
  ])('call %d %s', (confidence, words) => {
    expect(confidenceWords(confidence)).toBe(words)
  })
})

test('near misses of an enrichment enrich, and offer the whole company', () => {
  const result = {
    kind: 'choose',
    exact: true,
    address: null,
    matches: [aMatch({ id: 7 }), aMatch({ id: 8 })],
  } as const
  const view = nearMissesView('acme.com', result, 'contact_enrich')
  expect(buttonsOf(view)).toEqual([
    { action_id: 'contact_enrich', value: '7' },
    { action_id: 'contact_enrich', value: '8' },
  ])
  expect(wordsOf(view)).toContain('Enrich Ada Lovelace')
  expect(wordsOf(view)).toContain('`/crm enrich domain:acme.com`')
  expect(wordsOf(nearMissesView('ada', result, 'contact_enrich'))).not.toContain('/crm enrich')
  expect(wordsOf(nearMissesView('acme.com', result))).not.toContain('/crm enrich')
})
