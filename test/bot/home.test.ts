import type { types } from '@slack/bolt'
import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import type { BotDeps } from '../../src/bot/app.ts'
import { createHome } from '../../src/bot/home.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { homeView } from '../../src/bot/views/home.ts'
import { createContactChanges } from '../../src/core/changes/contact-changes.ts'
import type { ContactCard } from '../../src/core/contact-card.ts'
import { StorageError, UpstreamError } from '../../src/core/errors.ts'
import type { HomeNumbers } from '../../src/core/home.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { sql } from '../../src/core/store/drizzle.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aCard, aHome, aHotContact, wordsOf } from './fixtures.ts'
import { aGate, aLog } from './support.ts'
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

  /** Somebody who replied yesterday, on the Home tab of Ada. */
  async function aReplyOnHome() {
    const office = await aProgramInSlack()
    const { ada, database } = office
    const reply = { from: null, to: null, html: null, inReplyTo: null, references: [], auto: false }
    await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [
      aDelivery(
        anEvent({
          type: 'replied',
          recipient: 'warm@example.com',
          occurredAt: Date.now() - 24 * 60 * 60 * 1000,
          reply: { ...reply, subject: 'Re: Hello', text: 'Thursday?', excerpt: 'Thursday? <!channel>' },
        }),
      ),
    ])
    await ada.openHome()
    await ada.sees('“Thursday? <!channel>”')
    return office
  }

  test('takes a reply off when somebody says that it is answered, and back again', async () => {
    await using office = await aReplyOnHome()
    const { ada } = office
    await ada.press('Answered')
    await ada.sees('warm@example.com: marked as answered.')
    expect(textOf(ada.home)).toContain('Nobody waits for an answer.')
    expect(ada.modal).toBeUndefined()
    await ada.press('Undo')
    await expect.poll(() => textOf(ada.home)).toContain('“Thursday?')
    expect(textOf(ada.home)).not.toContain('marked as answered')
    expect(ada.modal).toBeUndefined()
    expect(office.lines).toEqual([])
  })

  test('says above itself what can no longer be taken back', async () => {
    await using office = await aReplyOnHome()
    const { ada, database } = office
    await ada.press('Answered')
    await ada.sees('marked as answered.')
    const [change] = await database.all(sql.raw('select id from changes'))
    const changes = createContactChanges({ database, dayOf: createDayOf('UTC'), now: Date.now })
    await changes.undo(Number(change?.id), 'U0GRACE')
    await ada.press('Undo')
    await ada.sees('has taken this back already')
    expect(ada.modal?.title).toBe('Contact')
  })

  test('lists all who wait, above itself', async () => {
    await using office = await aReplyOnHome()
    const { ada, database } = office
    const others = [1, 2, 3, 4, 5].map((n) =>
      anEvent({ type: 'replied', recipient: `${n}@example.com`, occurredAt: Date.now() }),
    )
    await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [aDelivery(...others)])
    await ada.openHome()
    await ada.sees('5 of 6, the longest waiting first')
    await ada.press('Show all 6')
    await ada.sees('6 contacts match `waiting:yes`')
    await ada.press('Open warm@example.com')
    await ada.sees('1 reply')
    expect(ada.modal?.title).toBe('Contact')
  })

  test('follows what its owner does elsewhere, and teaches until then', async () => {
    await using office = await aReplyOnHome()
    const { ada } = office
    expect(textOf(ada.home)).toContain('You are the owner of nobody yet.')
    await ada.type('/crm assign warm@example.com me')
    await expect.poll(() => textOf(ada.home)).toContain('All mine')
    await ada.type('/crm warm@example.com')
    await ada.click('Assign')
    await ada.clear('New owner')
    await ada.submit()
    await expect.poll(() => textOf(ada.home)).toContain('You are the owner of nobody yet.')
    expect(office.lines).toEqual([])
  })

  test('shows the statistics above itself', async () => {
    await using office = await aReplyOnHome()
    await office.ada.press('Statistics')
    await office.ada.sees('Last 30 days')
    expect(office.ada.modal?.title).toBe('Statistics')
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
    expect(showHome.mock.calls).toEqual([[office.ada.id, 'opened', undefined]])
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
    const nobody = { waiting: { replies: [], recent: 0, total: 0 }, mine: [] }
    return {
      showHome: async (user) => void (await sender.publishHome(user, homeView(aHome(nobody)))),
      ...parts,
    }
  })
}

describe('publishing', () => {
  /** Slack's side of it: what stands on the Home tab of one person, and the calls that were made for it. */
  function aTab() {
    const calls: { readonly shown: string | undefined; readonly hash: string | undefined }[] = []
    const tab = { hash: '', calls }
    let count = 0
    return {
      tab,
      async publish(_user: string, view: types.HomeView, hash?: string) {
        calls.push({ shown: /My contacts[^*]*\*(\w+)/.exec(wordsOf(view))?.[1], hash })
        if (hash !== undefined && hash !== tab.hash) throw new SlackRefusedError('hash_conflict', 'changed meanwhile')
        count += 1
        tab.hash = `hash ${count}`
        return tab.hash
      },
    }
  }

  const { admitUser: admit } = aGate()
  const named = (firstName: string) => aHome({ mine: [aHotContact({ firstName })] })

  test('says why there are no numbers, and offers the rest', async () => {
    const { log, lines } = aLog()
    const published: types.HomeView[] = []
    const showHome = createHome({
      admit,
      read: () => Promise.reject(new StorageError('The database is away.')),
      publish: async (_user, view) => {
        published.push(view)
        return 'hash'
      },
      log,
    })
    await showHome('U0ADA', 'opened')
    expect(wordsOf(published)).toMatch(/Add a contact.*The database is away\./s)
    expect(lines.map(({ level }) => level)).toEqual(['error'])
  })

  test('never fails whoever asked for it', async () => {
    const { log, lines } = aLog()
    const publish = () => Promise.reject(new Error('not_enabled'))
    await createHome({ admit, read: async () => aHome(), publish, log })('U0ADA', 'opened')
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
  })

  test('never replaces a newer picture by an older one', async () => {
    const first = Promise.withResolvers<HomeNumbers>()
    const read = vi.fn(async () => named('New'))
    read.mockReturnValueOnce(first.promise.then(() => named('Old')))
    const { tab, publish } = aTab()
    const showHome = createHome({ admit, read, publish, log: aLog().log })
    const both = Promise.all([showHome('U0ADA', 'opened'), showHome('U0ADA', 'opened')])
    await showHome('U0GRACE', 'opened')
    first.resolve(named('Old'))
    await both
    expect(tab.calls.map(({ shown }) => shown)).toEqual(['New', 'Old', 'New'])
  })

  test('is done once for all that happens while one is under way', async () => {
    const first = Promise.withResolvers<HomeNumbers>()
    const read = vi.fn(async () => named('New'))
    read.mockReturnValueOnce(first.promise.then(() => named('Old')))
    const { tab, publish } = aTab()
    const showHome = createHome({ admit, read, publish, log: aLog().log })
    const all = Promise.all([1, 2, 3, 4, 5].map(() => showHome('U0ADA', 'opened')))
    first.resolve(named('Old'))
    await all
    expect(tab.calls).toEqual([
      { shown: 'Old', hash: undefined },
      { shown: 'New', hash: 'hash 1' },
    ])
  })

  test('reads again, once, where another process has published meanwhile', async () => {
    const { tab, publish } = aTab()
    const read = vi.fn(async () => named('First'))
    const { log, lines } = aLog()
    const showHome = createHome({ admit, read, publish, log })
    await showHome('U0ADA', 'opened')
    tab.hash = 'of another process'
    read.mockResolvedValueOnce(named('Older')).mockResolvedValueOnce(named('Newest'))
    await showHome('U0ADA', 'opened')
    expect(tab.calls).toEqual([
      { shown: 'First', hash: undefined },
      { shown: 'Older', hash: 'hash 1' },
      { shown: 'Newest', hash: undefined },
    ])
    expect(lines).toEqual([])
  })

  test('goes by what stands there when somebody opens it', async () => {
    const { tab, publish } = aTab()
    const showHome = createHome({ admit, read: async () => named('Ada'), publish, log: aLog().log })
    await showHome('U0ADA', 'opened')
    tab.hash = 'of another process'
    await showHome('U0ADA', 'opened', tab.hash)
    expect(tab.calls.map(({ hash }) => hash)).toEqual([undefined, 'of another process'])
  })

  test('leaves a picture that stands there already', async () => {
    const { tab, publish } = aTab()
    const read = vi.fn(async () => named('Ada'))
    const showHome = createHome({ admit, read, publish, log: aLog().log })
    await showHome('U0ADA', 'opened')
    await showHome('U0ADA', 'opened', tab.hash)
    expect(tab.calls).toHaveLength(1)
    read.mockResolvedValue(named('Grace'))
    await showHome('U0ADA', 'opened', tab.hash)
    expect(tab.calls.map(({ shown }) => shown)).toEqual(['Ada', 'Grace'])
  })

  test('claims to know nothing after an answer that was lost', async () => {
    const { tab, publish } = aTab()
    let isLost = false
    const showHome = createHome({
      admit,
      read: async () => named('Ada'),
      async publish(...call) {
        const hash = await publish(...call)
        if (isLost) throw new UpstreamError('Slack did not answer')
        return hash
      },
      log: aLog().log,
    })
    await showHome('U0ADA', 'opened')
    isLost = true
    await showHome('U0ADA', 'opened')
    isLost = false
    await showHome('U0ADA', 'opened')
    expect(tab.calls.map(({ hash }) => hash)).toEqual([undefined, 'hash 1', undefined])
  })

  test('follows what somebody does only where they have opened the tab', async () => {
    const { tab, publish } = aTab()
    const showHome = createHome({ admit, read: async () => named('Ada'), publish, log: aLog().log })
    await showHome('U0ADA', 'acted')
    expect(tab.calls).toEqual([])
    await showHome('U0ADA', 'opened')
    await showHome('U0ADA', 'acted')
    expect(tab.calls).toHaveLength(2)
    // Opened while another process answered: the button says what stands there.
    await showHome('U0GRACE', 'acted', tab.hash)
    expect(tab.calls).toHaveLength(3)
  })

  test('shows whoever may not use the CRM nothing of it', async () => {
    const published: types.HomeView[] = []
    const showHome = createHome({
      admit: aGate('guest').admitUser,
      read: async () => aHome(),
      publish: async (_user, view) => {
        published.push(view)
        return 'hash'
      },
      log: aLog().log,
    })
    await showHome('U0GUEST', 'opened')
    expect(wordsOf(published)).toContain('not guests')
    expect(wordsOf(published)).not.toContain('Lovelace')
  })
})
