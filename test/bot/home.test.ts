import type { types } from '@slack/bolt'
import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import type { BotDeps } from '../../src/bot/app.ts'
import { createHome } from '../../src/bot/home.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { homeView } from '../../src/bot/views/home.ts'
import type { ContactCard } from '../../src/core/contact-card.ts'
import { StorageError } from '../../src/core/errors.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aCard, aHotContact, someStatistics, wordsOf } from './fixtures.ts'
import { aLog } from './support.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

describe('the Home tab', () => {
  test('of an empty CRM teaches, and fills by what its owner does', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await ada.openHome()
    await ada.sees('Connect an e-mail tool')
    await ada.press('Add a contact')
    await ada.sees('Cancel')
    await ada.fill('E-mail', 'ada@example.com')
    await ada.submit()
    await ada.close()
    await ada.sees('1 contact, 1 new')
    expect(textOf(ada.home)).toContain('Nobody has opened, clicked or replied yet.')
    expect(office.lines).toEqual([])
  })

  test('shows the hottest, and opens a card above itself', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [
      aDelivery(
        anEvent({ type: 'replied', recipient: 'warm@example.com', occurredAt: Date.now() }),
        anEvent({ type: 'clicked', recipient: 'mild@example.com', occurredAt: Date.now() }),
      ),
    ])
    await ada.openHome()
    await ada.sees(/warm@example\.com\*\nScore 20 .*mild@example\.com\*\nScore 5 /s)
    await ada.press('Open card')
    await ada.sees('1 reply')
    expect(ada.modal).toMatchObject({ title: 'Contact', close: 'Done', submit: undefined })
    expect(textOf(ada.modal)).toContain('warm@example.com')
  })

  test('opens the form of an import', async () => {
    await using office = await aProgramInSlack()
    await office.ada.openHome()
    await office.ada.sees('Connect an e-mail tool')
    await office.ada.press('Import')
    await office.ada.sees('Or paste addresses')
    expect(office.ada.modal?.title).toBe('Import contacts')
  })

  test('opens a card that takes long with a word, and shows it when it is there', async () => {
    const card = Promise.withResolvers<ContactCard>()
    await using office = await aBotWithHome({
      cardById: () => card.promise,
      // The wait for an opening is over at once, the one after it never.
      after: (ms) => (ms < 3000 ? Promise.resolve() : new Promise(() => {})),
    })
    await office.ada.openHome()
    await office.ada.sees('Open card')
    await office.ada.press('Open card')
    await office.ada.sees('Looking…')
    card.resolve(aCard())
    await office.ada.sees('In the CRM since')
    expect(office.ada.modal?.title).toBe('Contact')
  })

  test('says above itself that a contact is gone', async () => {
    await using office = await aBotWithHome({ cardById: async () => undefined })
    await office.ada.openHome()
    await office.ada.sees('Open card')
    await office.ada.press('Open card')
    await office.ada.sees('no longer in the CRM')
  })

  test('is published for nobody who looks at another tab', async () => {
    const showHome = vi.fn(async () => {})
    await using office = await aBotInSlack(() => ({ showHome }))
    await office.slack.send({ type: 'app_home_opened', user: office.ada.id, channel: 'D1', tab: 'messages' })
    await office.slack.send({ type: 'app_home_opened', user: 'USLACKBOT', channel: 'D1', tab: 'home' })
    await office.ada.openHome()
    expect(showHome.mock.calls).toEqual([[office.ada.id]])
  })
})

describe('a button in a modal', () => {
  /** The bot with a modal open, in which a button is pressed that asks for a card. */
  async function pressedInModal(seen: { readonly hash?: string }) {
    const office = await aBotInSlack()
    await office.opens('/crm add')
    await office.interact({
      type: 'block_actions',
      team: { id: office.ada.screen().team.id },
      user: { id: office.ada.id },
      container: { type: 'view' },
      trigger_id: '1.2.3',
      view: { id: office.ada.modal?.id, type: 'modal', ...seen },
      actions: [{ type: 'button', action_id: 'contact_open', block_id: 'b', value: '42' }],
    })
    return office
  }

  test('is answered in the modal itself', async () => {
    await using office = await pressedInModal({})
    await office.ada.sees('In the CRM since')
    expect(office.ada.modal?.title).toBe('Contact')
    expect(office.slack.answers).toEqual([])
  })

  test('changes nothing that was shown since it was pressed', async () => {
    await using office = await pressedInModal({ hash: '1.old' })
    await expect.poll(() => office.lines.map(({ message }) => message)).toEqual(['a view was not shown'])
    expect(office.ada.modal?.title).toBe('Add a contact')
  })
})

/** The bot with one hot contact on its Home tab. */
async function aBotWithHome(parts: Partial<BotDeps>) {
  return await aBotInSlack((slack) => {
    const sender = createSlackSender({ token: slack.botToken, apiUrl: slack.apiUrl, now: Date.now })
    const view = homeView({ hottest: [aHotContact()], week: someStatistics({ days: 7 }) })
    return { showHome: (user) => sender.publishHome(user, view), ...parts }
  })
}

describe('publishing', () => {
  const week = someStatistics({ days: 7 })

  test('says why there are no numbers, and offers the rest', async () => {
    const { log, lines } = aLog()
    const published: types.HomeView[] = []
    const showHome = createHome({
      hottest: () => Promise.reject(new StorageError('The database is away.')),
      statistics: async () => week,
      publish: async (_user, view) => void published.push(view),
      log,
    })
    await showHome('U0ADA')
    expect(wordsOf(published)).toMatch(/Add a contact.*The database is away\./s)
    expect(lines.map(({ level }) => level)).toEqual(['error'])
  })

  test('never fails whoever asked for it', async () => {
    const { log, lines } = aLog()
    const publish = () => Promise.reject(new Error('not_enabled'))
    await createHome({ hottest: async () => [], statistics: async () => week, publish, log })('U0ADA')
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
  })

  test('never replaces a newer picture by an older one', async () => {
    const first = Promise.withResolvers<ReturnType<typeof aHotContact>[]>()
    const hottest = vi.fn(async () => [aHotContact({ firstName: 'New' })])
    hottest.mockReturnValueOnce(first.promise)
    const shown: string[] = []
    const showHome = createHome({
      hottest,
      statistics: async () => week,
      publish: async (user, view) => void shown.push(`${user} ${/\*(\w+)/.exec(wordsOf(view))?.[1]}`),
      log: aLog().log,
    })
    const both = Promise.all([showHome('U0ADA'), showHome('U0ADA')])
    await showHome('U0GRACE')
    first.resolve([aHotContact({ firstName: 'Old' })])
    await both
    expect(shown).toEqual(['U0GRACE New', 'U0ADA Old', 'U0ADA New'])
  })
})
