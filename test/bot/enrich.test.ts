import { describe, expect, test, vi } from 'vitest'

import { type Slack, textOf } from '../../practice/slack/index.ts'
import { slashCommand } from '../../practice/slack/sign.ts'
import type { AnswerDeps } from '../../src/bot/answers.ts'
import type { BotDeps } from '../../src/bot/app.ts'
import { ACTIONS } from '../../src/bot/listeners.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { homeView } from '../../src/bot/views/home.ts'
import type { ContactOutcome } from '../../src/core/enrichment/outcome.ts'
import { InvalidInputError, StorageError } from '../../src/core/errors.ts'
import { aCard, aFact, aHome, aMatch, anEmptyCard, anEstimate, anOutcome, NOW, wordsOf } from './fixtures.ts'
import { aBotOverHttp, buttonPress } from './support.ts'
import { aBotInSlack } from './workspace.ts'

const FILTER = 'campaign:"Spring launch" status:new'

describe('/crm enrich', () => {
  test('of an address enriches at once, and shows the card with what was found and what it cost', async () => {
    const lookup = vi.fn(async () => ({ kind: 'found', card: anEmptyCard() }) as const)
    const enrichContact = vi.fn(async () => anOutcome())
    await using office = await aBotInSlack(() => ({ lookup, enrichContact, cardById: async () => aCard() }))
    const said = await office.ada.type('/crm enrich Ada Lovelace &lt;ada@example.com&gt;')
    expect(lookup).toHaveBeenCalledExactlyOnceWith('ada@example.com')
    expect(enrichContact).toHaveBeenCalledExactlyOnceWith(42, { again: false })
    expect(said).toMatchObject({ isEphemeral: true })
    expect(textOf(said)).toMatch(/^:sparkles: Found company, title and LinkedIn · Apollo · 1 credit\n/)
    expect(textOf(said)).toContain('CTO, Analytical Engines')
    expect(office.slack.problems).toEqual([])
  })

  test('of a name that several have offers them, and a press enriches', async () => {
    const enrichContact = vi.fn(async () => anOutcome({ kind: 'complete', found: [], asked: [] }))
    await using office = await aBotInSlack(() => ({
      lookup: async () => ({ kind: 'choose', exact: true, address: null, matches: [aMatch({ id: 7 })] }),
      enrichContact,
    }))
    await office.ada.type('/crm enrich Lovelace')
    expect(enrichContact).not.toHaveBeenCalled()
    await office.ada.click('Enrich Ada Lovelace')
    expect(enrichContact).toHaveBeenCalledExactlyOnceWith(7, { again: false })
    expect(office.ada.messages().map(textOf)).toEqual([
      expect.stringContaining('Nothing to look for: everything is known and recent'),
    ])
  })

  test('of an unknown address offers to add it, and asks nobody', async () => {
    const enrichContact = vi.fn()
    const addContact = vi.fn(async () => aCard())
    await using office = await aBotInSlack(() => ({
      lookup: async () => ({ kind: 'none', address: 'new@example.com' }),
      addContact,
      enrichContact,
    }))
    await office.ada.type('/crm enrich new@example.com')
    expect(textOf(await office.ada.click('Add new@example.com'))).toContain('Just added')
    expect(enrichContact).not.toHaveBeenCalled()
  })

  test('of somebody who was deleted meanwhile says so', async () => {
    await using office = await aBotInSlack(() => ({ cardById: async () => undefined }))
    expect(textOf(await office.ada.type('/crm enrich ada@example.com'))).toContain('no longer in the CRM')
  })

  test('without anybody says how to name them', async () => {
    await using office = await aBotInSlack()
    const words = textOf(await office.ada.type('/crm enrich'))
    expect(words).toContain('/crm enrich ada@example.com')
    expect(words).toContain('/crm enrich campaign:"Spring launch" status:new')
  })

  test('by a filter shows the cost, and starts once somebody says so', async () => {
    const estimateEnrichment = vi.fn(async () => anEstimate())
    const startEnrichment = vi.fn(async () => {})
    await using office = await aBotInSlack(() => ({ estimateEnrichment, startEnrichment }))
    const cost = await office.ada.type(`/crm enrich ${FILTER}`)
    expect(estimateEnrichment).toHaveBeenCalledExactlyOnceWith(FILTER, office.ada.id)
    expect(textOf(cost)).toContain('between 90 and 270 credits')
    expect(startEnrichment).not.toHaveBeenCalled()
    await office.ada.click('Enrich 128 contacts')
    expect(startEnrichment).toHaveBeenCalledExactlyOnceWith({ filter: FILTER, by: office.ada.id })
    expect(office.ada.messages().map(textOf)).toEqual([expect.stringContaining('comes as a direct message')])
    expect(office.slack.problems).toEqual([])
  })

  test('by a filter asks nobody when it is not wanted now', async () => {
    const startEnrichment = vi.fn()
    await using office = await aBotInSlack(() => ({ startEnrichment }))
    await office.ada.type(`/crm enrich ${FILTER}`)
    expect(textOf(await office.ada.click('Not now'))).toContain('Nobody was asked, and nothing was spent.')
    expect(startEnrichment).not.toHaveBeenCalled()
  })

  test('by a filter that is none passes on what is wrong with it', async () => {
    const estimateEnrichment = () => Promise.reject(new InvalidInputError('“x” is not a status'))
    await using office = await aBotInSlack(() => ({ estimateEnrichment }))
    expect(textOf(await office.ada.type('/crm enrich status:x'))).toContain('“x” is not a status')
    expect(office.lines).toEqual([])
  })

  test('by a filter that no button can carry says so and estimates nothing', async () => {
    const estimateEnrichment = vi.fn(async () => anEstimate())
    await using office = await aBotInSlack(() => ({ estimateEnrichment }))
    const tags = (length: number) => `tag:${'x'.repeat(length - 4)}`
    expect(textOf(await office.ada.type(`/crm enrich ${tags(2001)}`))).toContain('too long for one run')
    expect(estimateEnrichment).not.toHaveBeenCalled()
    expect(textOf(await office.ada.type(`/crm enrich ${tags(2000)}`))).toContain('between 90 and 270 credits')
  })

  test('that takes long is announced in time, and shown when it is there', async () => {
    const outcome = Promise.withResolvers<ReturnType<typeof anOutcome>>()
    const after = (ms: number) => (ms <= 2000 ? Promise.resolve() : new Promise(() => {}))
    await using office = await aBotInSlack(() => ({ enrichContact: () => outcome.promise, after }))
    expect(textOf(await office.ada.type('/crm enrich ada@example.com'))).toContain('Looking…')
    outcome.resolve(anOutcome())
    await office.ada.sees('Found company, title and LinkedIn')
  })

  test('says so when the database cannot', async () => {
    const enrichContact = () => Promise.reject(new StorageError('The disk is full'))
    await using office = await aBotInSlack(() => ({ enrichContact }))
    expect(textOf(await office.ada.type('/crm enrich ada@example.com'))).toContain('The disk is full')
  })
})

describe('the card', () => {
  test('"Enrich" puts the enriched card in its place', async () => {
    const enrichContact = vi.fn(async () => anOutcome())
    await using office = await aBotInSlack(() => ({ enrichContact }))
    await office.ada.type('/crm ada@example.com')
    await office.ada.click('Enrich')
    expect(enrichContact).toHaveBeenCalledExactlyOnceWith(42, { again: false })
    expect(office.ada.messages().map(textOf)).toEqual([expect.stringContaining('Found company, title and LinkedIn')])
    await office.ada.click('Enrich again')
    expect(enrichContact).toHaveBeenLastCalledWith(42, { again: true })
  })

  test('"Enrich again" stands where a provider told something today', async () => {
    const enrichContact = vi.fn(async () => anOutcome())
    const card = aCard({ facts: [aFact({ at: NOW - 1000 })] })
    await using office = await aBotInSlack(() => ({ enrichContact, lookup: async () => ({ kind: 'found', card }) }))
    await office.ada.type('/crm ada@example.com')
    await office.ada.press('Enrich again')
    await office.ada.sees('1 credit')
    expect(enrichContact).toHaveBeenCalledExactlyOnceWith(42, { again: true })
  })

  describe('says that it is at work while that takes long', () => {
    /** A bot whose patience ends at once while `isSlow`, and an outcome that a test decides about. */
    async function aSlowOffice(parts: (slack: Slack) => Partial<BotDeps> = () => ({})) {
      const outcome = Promise.withResolvers<ContactOutcome>()
      const pace = { isSlow: false }
      const after = (ms: number) => (ms <= 2000 && pace.isSlow ? Promise.resolve() : new Promise(() => {}))
      const office = await aBotInSlack((slack) => ({ enrichContact: () => outcome.promise, after, ...parts(slack) }))
      return { office, pace, outcome }
    }

    test('in a message, in which the answer takes its place', async () => {
      const { office, pace, outcome } = await aSlowOffice()
      await using _ = office
      await office.ada.type('/crm ada@example.com')
      pace.isSlow = true
      expect(textOf(await office.ada.click('Enrich'))).toContain('Working…')
      outcome.resolve(anOutcome())
      await office.ada.sees('Found company, title and LinkedIn')
      expect(office.ada.messages()).toHaveLength(1)
    })

    test('in a message, in which a failure takes its place', async () => {
      const { office, pace, outcome } = await aSlowOffice()
      await using _ = office
      await office.ada.type('/crm ada@example.com')
      pace.isSlow = true
      await office.ada.click('Enrich')
      outcome.reject(new StorageError('The disk is full'))
      await office.ada.sees('The disk is full')
      expect(office.ada.messages()).toHaveLength(1)
    })

    test('in a modal', async () => {
      const sender = (slack: Slack) => createSlackSender({ token: slack.botToken, apiUrl: slack.apiUrl, now: Date.now })
      const home = homeView(aHome({ waiting: { replies: [], recent: 0, total: 0 }, mine: [] }))
      const { office, pace, outcome } = await aSlowOffice((slack) => ({
        showHome: async (user) => void (await sender(slack).publishHome(user, home)),
      }))
      await using _ = office
      await office.ada.openHome()
      await office.ada.sees('Open card')
      await office.ada.press('Open card')
      await office.ada.sees('Why do we have this?')
      pace.isSlow = true
      await office.ada.press('Enrich')
      await office.ada.sees('Working…')
      outcome.resolve(anOutcome())
      await office.ada.sees('Found company, title and LinkedIn')
      expect(office.slack.problems).toEqual([])
      expect(office.lines).toEqual([])
    })
  })

  test('"Why do we have this?" opens the sources above it and leaves it as it is', async () => {
    const card = aCard({ facts: [aFact({ field: 'phone', value: '+441134960999' })] })
    await using office = await aBotInSlack(() => ({
      lookup: async () => ({ kind: 'found', card }),
      cardById: async () => card,
    }))
    const shown = await office.ada.type('/crm ada@example.com')
    await office.ada.press('Why do we have this?')
    await office.ada.sees('articles 14 and 15')
    expect(office.ada.modal?.title).toBe('Why do we have this?')
    expect(textOf(office.ada.modal)).toContain('Apollo')
    expect(office.ada.messages()).toEqual([shown])
    expect(office.slack.problems).toEqual([])
  })
})

describe('a press that nobody may make', () => {
  const OF_ENRICHMENT = ACTIONS.filter((action) => /enrich|sources/.test(action))
  const parts = () => ({
    enrichContact: vi.fn<AnswerDeps['enrichContact']>(),
    startEnrichment: vi.fn<AnswerDeps['startEnrichment']>(),
    cardById: vi.fn<AnswerDeps['cardById']>(),
  })
  const aValueFor = (action: string) => (action === 'enrich_start' ? FILTER : '42')

  const strangers = [
    ['of another workspace', { user: { id: 'U0EVE', team_id: 'T0OTHER' } }],
    ['that is a bot', { user: { id: 'U0BOT', team_id: 'T0EXAMPLE', is_bot: true } }],
    ['without a proper id', { user: { id: 'B0BOT' } }],
  ] as const

  test.each(OF_ENRICHMENT.flatMap((action) => strangers.map(([who, more]) => [action, who, more] as const)))(
    '%s by somebody %s does nothing',
    async (action_id, _who, more) => {
      const given = parts()
      await using bot = await aBotOverHttp(given)
      const press = buttonPress({ action_id, value: aValueFor(action_id), response_url: bot.slack.responseUrl() })
      expect((await bot.press({ ...press, ...more })).status).toBe(200)
      await vi.waitFor(() => expect(bot.lines.map(({ message }) => message).join()).toContain('not let in'))
      for (const part of Object.values(given)) expect(part).not.toHaveBeenCalled()
      expect(bot.slack.answers).toEqual([])
    },
  )

  test.each([
    ['contact_enrich', '-1'],
    ['contact_enrich_again', '1 OR 1=1'],
    ['contact_sources', 'ada@example.com'],
    ['enrich_start', 'everybody'],
    ['enrich_start', `tag:${'x'.repeat(2000)}`],
  ])('%s with the value %j is not believed', async (action_id, value) => {
    const given = parts()
    await using bot = await aBotOverHttp(given)
    await bot.press(buttonPress({ action_id, value, response_url: bot.slack.responseUrl() }))
    await bot.ada.sees('no longer works')
    for (const part of Object.values(given)) expect(part).not.toHaveBeenCalled()
  })

  test('a bot that types the command gets nothing', async () => {
    const given = parts()
    await using bot = await aBotOverHttp(given)
    const response = await bot.send(slashCommand('enrich ada@example.com', { user_id: 'USLACKBOT' }))
    expect(wordsOf(await response.json())).toContain('members of its own workspace')
    expect(given.enrichContact).not.toHaveBeenCalled()
  })
})
