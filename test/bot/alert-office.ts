import { randomUUID } from 'node:crypto'

import { type Slack, textOf } from '../../practice/slack/index.ts'
import { alertNotices } from '../../src/bot/alert-notices.ts'
import { createAlertDelivery } from '../../src/bot/alerts/delivery.ts'
import type { Audience } from '../../src/bot/channel-audience.ts'
import { delivering } from '../../src/bot/delivering.ts'
import { forgetPosts } from '../../src/bot/forget-posts.ts'
import type { Standing } from '../../src/bot/roles.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { type Alerts, createAlerts } from '../../src/core/alerts/alerts.ts'
import { followJobs } from '../../src/core/alerts/following.ts'
import { ALERT_NOTICE, ALERT_WATCH, tellElsewhere, watchHandler } from '../../src/core/alerts/notices.ts'
import type { AlertSettings } from '../../src/core/alerts/settings.ts'
import { alertJobs } from '../../src/core/alerts/triggers.ts'
import { createContactChanges } from '../../src/core/changes/contact-changes.ts'
import { createChannelTroubles } from '../../src/core/channel-troubles.ts'
import { cardById } from '../../src/core/contact-card.ts'
import { FORGET_POSTS } from '../../src/core/erasure/posts.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { Worker } from '../../src/core/worker.ts'
import { openSqlite } from '../support/databases.ts'
import { aDelivery } from '../support/events.ts'
import { aLog } from './support.ts'
import { aBotInSlack, type Workspace } from './workspace.ts'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

export interface AlertOffice extends Workspace {
  readonly database: Database
  readonly alerts: Alerts
  readonly clock: { now: number }
  /** The readers of every channel. */
  readonly readers: { audience: Audience }
  /** What people are whose id is not there is `member`. */
  readonly standings: Map<string, Standing>
  /** Something happens, and all that follows from it within a minute. */
  happens(...events: readonly EngagementEvent[]): Promise<void>
  /** Does what is due, while a minute passes. */
  settle(): Promise<void>
  /** What stands in the place where alerts go: those of the channel, with replies. */
  words(where?: string): string[]
}

export interface OfficeOptions {
  readonly to?: (slack: Slack) => readonly string[]
  readonly notBefore?: AlertSettings['notBefore']
  /** In place of the two: what a database says, and what Slack took. */
  readonly settings?: (database: Database, slack: Slack) => AlertSettings
}

/** A workspace in which alerts arrive, with a clock that a test moves. */
export async function anAlertOffice({
  to = (slack) => [slack.channel('sales').id],
  notBefore = async (_to, now) => now,
  settings: settingsOf = (_database, slack) => ({
    targetsOf: async () => to(slack).map((target) => ({ to: target, rule: null })),
    notBefore,
  }),
}: OfficeOptions = {}): Promise<AlertOffice> {
  await using resources = new AsyncDisposableStack()
  const database = resources.use(await openSqlite({ erasureSecret: 'a key that is thirty-two letters long' }))
  const clock = { now: Date.parse('2026-03-03T09:00:00Z') }
  const now = () => clock.now
  const dayOf = createDayOf('UTC')
  const readers: { audience: Audience } = { audience: 'own' }
  const standings = new Map<string, Standing>()
  const { log } = aLog()
  let built: { readonly alerts: Alerts; readonly worker: Worker } | undefined
  const office = resources.use(
    await aBotInSlack((slack) => {
      const bare = createSlackSender({
        ...{ token: slack.botToken, apiUrl: slack.apiUrl, now },
        refusedBlocks: { isRefused: async () => false, refused: async () => {} },
      })
      const sender = delivering(bare, {
        standing: async (id) => standings.get(id) ?? 'member',
        troubles: createChannelTroubles({ database, canTell: () => false, jobsQueued: () => {}, now }),
        log,
      })
      const settings = settingsOf(database, slack)
      const alerts = createAlerts({ database, settings, timeZone: 'UTC', now })
      const audienceOf = async () => readers.audience
      const delivery = createAlertDelivery({ alerts, sender, audienceOf, jobsQueued: () => {}, log })
      const watch = { database, sources: [], channel: slack.channel('sales').id, dayOf, now }
      const handlers = {
        ...delivery.handlers,
        [ALERT_WATCH]: watchHandler(watch),
        [ALERT_NOTICE]: alertNotices({
          sender,
          tellElsewhere: (id, order) => tellElsewhere(watch, id, order),
          jobsQueued: () => {},
          log,
        }),
        [FORGET_POSTS]: forgetPosts({ sender, shownAnew: async () => undefined, log }),
      }
      const worker = new Worker({ database, handlers, owner: randomUUID(), now, random: () => 0.5, log })
      built = { alerts, worker }
      return {
        alerts,
        showAlert: delivery.showNow,
        timeZoneOf: async (userId) => (await sender.person(userId))?.tz ?? null,
        cardById: (id) => cardById(database, id, now()),
        changes: createContactChanges({ database, dayOf, now }),
        now,
      }
    }),
  )
  if (!built) throw new Error('the bot was made without its parts')
  const { alerts, worker } = built

  async function settle(): Promise<void> {
    for (let second = 0; second < 60; second += 1) {
      while ((await worker.runDue()) > 0) {
        // Until nothing is due.
      }
      clock.now += 1000
    }
  }

  const owned = resources.move()
  return {
    ...office,
    ...{ database, alerts, clock, readers, standings, settle },
    async happens(...events) {
      const alertsFor = async (tx: Database, happenings: Parameters<typeof alertJobs>[1]) => [
        ...(await alertJobs(tx, happenings, { now: clock.now, hasChannel: true })),
        ...(await followJobs(tx, happenings, clock.now)),
      ]
      await ingestAll({ database, dayOf, jobsFor: () => [], alertsFor }, [aDelivery(...events)])
      await settle()
    },
    words: (where) => office.ada.messages(where).map(textOf),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
