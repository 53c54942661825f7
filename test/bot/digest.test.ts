import { describe, expect, test } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { createDigestPoster, type DigestPosterDeps } from '../../src/bot/digest.ts'
import type { SlackSender } from '../../src/bot/sender.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { addContact } from '../../src/core/add-contact.ts'
import { readDigest } from '../../src/core/digest/digest.ts'
import { createDigestPosts } from '../../src/core/digest/posting.ts'
import { eraseContact } from '../../src/core/erasure/erase-contact.ts'
import { UpstreamError } from '../../src/core/errors.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { sql } from '../../src/core/store/drizzle.ts'
import { addDays, createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aLog } from './support.ts'
import { aProgramInSlack } from './workspace.ts'

const dayOf = createDayOf('UTC')
const DAY_MS = 24 * 60 * 60_000
const WARM = 'warm@example.com'
const MILD = 'mild@example.com'
const SECRET = 'a-key-that-erased-people-are-known-by'

/** What two people did yesterday. */
async function aBusyDay(database: Database): Promise<void> {
  const occurredAt = Date.now() - DAY_MS
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [
    aDelivery(
      anEvent({ type: 'sent', recipient: WARM, occurredAt }),
      anEvent({ type: 'replied', recipient: WARM, occurredAt }),
      anEvent({ type: 'clicked', recipient: MILD, occurredAt }),
    ),
  ])
}

/** The program with a digest for `#sales`, of which Ada is an admin, and Grace reads. */
async function anOffice({ isOn = true, channel }: { readonly isOn?: boolean; readonly channel?: string } = {}) {
  const office = await aProgramInSlack({}, (slack) => ({
    digest: {
      channel: isOn ? (channel ?? slack.channel('sales').id) : null,
      at: '09:00',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    },
    viewers: [slack.person('grace').id],
  }))
  return { ...office, grace: office.slack.person('grace') }
}

describe('/crm digest', () => {
  test('switches the digest on, changes it and switches it off, in a form', async () => {
    await using office = await anOffice({ isOn: false })
    const { ada } = office
    const off = await ada.type('/crm digest')
    expect(textOf(off)).toContain('The digest is off: no channel was chosen. With *Change* you choose one.')
    await ada.press('Change')
    await ada.sees('Cancel')
    await ada.choose('Channel', '#sales')
    await ada.choose('Time', '07:30')
    await ada.choose('Days', ['Monday', 'Thursday'])
    await ada.submit()
    const saved = textOf(await ada.sees('Saved: the digest comes in'))
    expect(saved).toContain('Monday and Thursday at 07:30')
    expect(saved).toMatch(/Next.*(?:Monday|Thursday), .* at 07:30/s)
    expect(saved).toContain('Chosen by')
    await ada.press('Change')
    await ada.sees('Cancel')
    await ada.clear('Channel')
    await ada.submit()
    await ada.sees('The digest is switched off.')
    expect(office.slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })

  test.each([
    ['a name', '#sales'],
    ['a person', 'U0ADA'],
  ])('stays where it is when a form is saved that cannot show %s', async (_what, channel) => {
    await using office = await anOffice({ channel })
    const { ada } = office
    const change = async () => {
      await ada.press('Change')
      await ada.sees('Cancel')
    }
    await ada.type('/crm digest')
    await change()
    await ada.choose('Time', '16:00')
    await ada.submit()
    expect(textOf(await ada.sees('Saved: the digest comes in'))).toContain('Monday to Friday at 16:00')
    await change()
    await ada.choose('Channel', '#marketing')
    await ada.submit()
    await ada.sees('Saved: the digest comes in')
    await change()
    await ada.clear('Channel')
    await ada.submit()
    await ada.sees('The digest is switched off.')
    expect(office.slack.problems).toEqual([])
  })

  test('goes back to what the server says', async () => {
    await using office = await anOffice()
    const { ada } = office
    await ada.type('/crm digest')
    await ada.press('Change')
    await ada.sees('Cancel')
    await ada.choose('Time', '16:00')
    await ada.submit()
    await ada.sees('Monday to Friday at 16:00')
    await ada.press('Use the server’s settings')
    expect(textOf(await ada.sees('as the server says again'))).toContain('Monday to Friday at 09:00')
  })

  test('wants a channel that takes messages', async () => {
    await using office = await anOffice()
    const { ada, slack } = office
    await ada.type('/crm digest')
    await ada.press('Change')
    await ada.sees('Cancel')
    await ada.choose('Channel', '#marketing')
    await slack.archive('#marketing')
    expect(textOf(await ada.submit())).toContain('#marketing is archived. Choose another channel')
  })

  test('says where the app is not in the channel, and a test shows when it is', async () => {
    await using office = await anOffice()
    const { ada, slack } = office
    await slack.remove('#sales')
    expect(textOf(await ada.type('/crm digest'))).toContain('The app is not in #sales. Type /invite @Touchpoint there.')
    await ada.press('Send a test')
    await ada.sees('The test did not arrive. The app is not in the channel.')
    expect(textOf(await ada.type('/crm digest now'))).toContain('Nothing was sent. The app is not in #sales.')
    await slack.invite('#sales')
    await ada.type('/crm digest')
    await ada.press('Send a test')
    await ada.sees('The test is in')
    await ada.sees('This is a test by')
  })

  test('shows a preview to one person, whoever that is', async () => {
    await using office = await anOffice()
    const { grace, ada, database } = office
    await aBusyDay(database)
    await grace.type('/crm digest preview')
    const preview = await grace.sees('Only you see this')
    expect(preview).toMatchObject({ isEphemeral: true })
    expect(textOf(preview)).toMatch(/Only you see this.*warm@example\.com.*Where everybody stands.*Day by day/s)
    expect(ada.messages()).toEqual([])
    expect(textOf(await grace.type('/crm digest now'))).toMatch(/admin/)
    expect(textOf(await grace.type('/crm digest'))).not.toContain('Send now')
  })

  test('of an empty CRM previews what to do first', async () => {
    await using office = await anOffice()
    expect(textOf(await office.ada.type('/crm digest preview'))).toContain('Connect an e-mail tool')
  })

  test('now posts one, with its detail in the thread, and figures open lists for whoever presses', async () => {
    await using office = await anOffice()
    const { ada, grace, database } = office
    await aBusyDay(database)
    expect(textOf(await ada.type('/crm digest now'))).toContain('is on its way to')
    await ada.sees('the last 14 days')
    const posted = grace.messages().filter(({ isEphemeral }) => !isEphemeral)
    const [head, ...thread] = posted
    expect(textOf(head)).toMatch(/1 reply.*Replied.*1 of 1.*warm@example\.com/s)
    expect(thread.map(({ thread: parent }) => parent)).toEqual([head?.ts, head?.ts])
    await grace.press('Show more', head ? { in: head } : {})
    const list = await grace.sees('2 contacts match')
    expect(list).toMatchObject({ isEphemeral: true })
    expect(ada.text()).not.toContain('2 contacts match')
    expect(office.slack.problems).toEqual([])
    expect(office.lines.filter(({ level }) => level !== 'info')).toEqual([])
  })

  test('forgets whoever is erased, and goes on telling of the others', async () => {
    await using office = await anOffice()
    const { ada, database } = office
    await aBusyDay(database)
    await ada.type('/crm digest now')
    await ada.sees('the last 14 days')
    const head = () => ada.messages().find(({ isEphemeral, thread }) => !isEphemeral && !thread)
    expect(textOf(head())).toContain(WARM)
    await office.opens(`/crm forget ${WARM}`)
    await ada.fill('Type the address to confirm', WARM)
    await ada.submit()
    await ada.close({ all: true })
    await expect.poll(() => textOf(head())).not.toContain(WARM)
    expect(textOf(head())).toContain(MILD)
    const kept = await database.all(sql.raw('select * from digest_posts'))
    expect(JSON.stringify(kept)).not.toContain('example.com')
  })

  test('says how it is used', async () => {
    await using office = await anOffice()
    expect(textOf(await office.ada.type('/crm digest tomorrow'))).toContain('/crm digest preview')
  })
})

describe.each(databases)('posting a digest, on $name', ({ open }) => {
  const today = dayOf(Date.now())
  const job = { id: `digest:${today}`, signal: new AbortController().signal }
  const order = { day: today, claimedAt: Date.now() }

  type Post = Parameters<SlackSender['post']>[0]

  /** Posts for real, but for Slack: `answers` says what becomes of each post. */
  function aPoster(database: Database, answers: (post: Post) => void = () => {}, more: Partial<DigestPosterDeps> = {}) {
    const sent: Post[] = []
    const { log, lines } = aLog()
    const post = createDigestPoster({
      sender: {
        async post(one) {
          answers(one)
          sent.push(one)
          return { channel: 'C0SALES', ts: `${sent.length}.0` }
        },
      },
      posts: createDigestPosts({ database, now: Date.now }),
      read: (day) =>
        readDigest(database, { now: Date.now(), dayOf, timeZone: 'UTC', sources: [], day, days: [weekday(day)] }),
      channel: async () => 'C0SALES',
      audienceOf: async () => 'own',
      now: Date.now,
      log,
      ...more,
    })
    return { post, sent, lines }
  }

  /** So that the digest before it was yesterday's. */
  function weekday(day: string) {
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
    return names[new Date(`${addDays(day, -1)}T00:00:00Z`).getUTCDay()] ?? 'mon'
  }

  test('goes on where it was interrupted, and says what it said first', async () => {
    await using database = await open()
    await aBusyDay(database)
    const first = aPoster(database, ({ key }) => {
      if (key.endsWith(':1')) throw new UpstreamError('Slack did not answer')
    })
    await expect(first.post(order, job)).rejects.toThrow('Slack did not answer')
    expect(first.sent.map(({ key }) => key)).toEqual([job.id])
    await addContact(database, 'late@example.com', { by: 'U0ADA', now: Date.now(), dayOf })
    const second = aPoster(database)
    await second.post(order, job)
    expect(second.sent.map(({ key, thread }) => [key, thread])).toEqual([
      [`${job.id}:1`, '1.0'],
      [`${job.id}:2`, '1.0'],
    ])
    expect(second.sent[0]?.text).toContain('2 contacts')
    await second.post(order, job)
    expect(second.sent).toHaveLength(2)
  })

  test('says nothing of somebody who was erased before it could be posted', async () => {
    await using database = await open({ erasureSecret: SECRET })
    await aBusyDay(database)
    const down = aPoster(database, () => {
      throw new UpstreamError('Slack did not answer')
    })
    await expect(down.post(order, job)).rejects.toThrow()
    await eraseContact(database, WARM, { by: 'U0ADA', now: Date.now(), dayOf })
    const { post, sent } = aPoster(database)
    await post(order, job)
    expect(JSON.stringify(sent)).not.toContain(WARM)
    expect(JSON.stringify(sent)).toContain(MILD)
  })

  test('finds the message of whoever is erased while it is being posted', async () => {
    await using database = await open({ erasureSecret: SECRET })
    await aBusyDay(database)
    const { post, sent } = aPoster(database)
    const erasing = aPoster(database, undefined, {
      sender: {
        async post(one) {
          if (!one.thread) await eraseContact(database, WARM, { by: 'U0ADA', now: Date.now(), dayOf })
          return { channel: 'C0SALES', ts: '7.0' }
        },
      },
    })
    await erasing.post(order, job)
    const jobs = await database.all(sql.raw("select payload from jobs where kind = 'forget_posts'"))
    expect(JSON.stringify(jobs)).toContain('7.0')
    const shown = await createDigestPosts({ database, now: Date.now }).at('C0SALES', '7.0')
    expect(shown?.hottest.map(({ email }) => email)).toEqual([MILD])
    await post(order, job)
    expect(sent).toEqual([])
  })

  test('is not done where it was switched off, or has waited for longer than a day', async () => {
    await using database = await open()
    const off = aPoster(database, undefined, { channel: async () => null })
    await off.post(order, job)
    const late = aPoster(database)
    await late.post({ ...order, claimedAt: Date.now() - 25 * 60 * 60_000 }, job)
    expect([...off.sent, ...late.sent]).toEqual([])
    expect(late.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('longer than a day') }])
  })

  test('goes to another channel where somebody chose one before it could be posted', async () => {
    await using database = await open()
    await aBusyDay(database)
    const refusing = aPoster(database, () => {
      throw new SlackRefusedError('is_archived', 'The channel is archived.')
    })
    await expect(refusing.post(order, job)).rejects.toThrow('archived')
    const { post, sent } = aPoster(database, undefined, { channel: async () => 'C0OTHER' })
    await post(order, job)
    expect(sent[0]?.channel).toBe('C0OTHER')
  })

  test('leaves the thread out where somebody deleted the message', async () => {
    await using database = await open()
    await aBusyDay(database)
    const { post, sent } = aPoster(database, ({ thread }) => {
      if (thread) throw new SlackRefusedError('thread_not_found', 'There is no such message.')
    })
    await post(order, job)
    expect(sent).toHaveLength(1)
  })
})
