import type { Alerts } from '../../core/alerts/alerts.ts'
import {
  ALERT_ENTRY,
  ALERT_FOLLOW,
  ALERT_MESSAGE,
  ALERT_REMINDER,
  ALERT_ROLL_UP,
  ALERT_UNDO_OVER,
  readChangeOrder,
  readEntryOrder,
  readEventOrder,
  readReminderOrder,
  readShownOrder,
  type Sending,
  type ShownOrder,
} from '../../core/alerts/jobs.ts'
import { ALERT, readAlertOrder } from '../../core/alerts/triggers.ts'
import { UpstreamError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import type { JobHandler } from '../../core/worker.ts'
import type { Message } from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import { isNoPlace } from '../channel-refusals.ts'
import type { Posted, SlackSender } from '../sender.ts'
import { SlackRefusedError } from '../slack-refusals.ts'
import { alertView } from '../views/alert.ts'
import { alertEntryView, reminderView } from '../views/alert-entry.ts'
import { rollUpView } from '../views/alert-roll-up.ts'
import { forgottenPostView } from '../views/forget.ts'
import { createInTurn } from './in-turn.ts'

export interface AlertDeliveryDeps {
  readonly alerts: Alerts
  readonly sender: Pick<SlackSender, 'post' | 'update'>
  readonly audienceOf: (channel: string) => Promise<Audience>
  /** There are jobs that are due. */
  readonly jobsQueued: () => void
  readonly log: Logger
}

export interface AlertDelivery {
  /** What alerts are made of, by the kinds of their jobs. */
  readonly handlers: Readonly<Record<string, JobHandler>>
  /** Shows at once what somebody did; false where a job has to, later. */
  showNow(conversation: number): Promise<boolean>
}

/** Somebody deleted it: there is nothing to show anything in. */
const DELETED: ReadonlySet<string> = new Set(['message_not_found'])
const NO_THREAD: ReadonlySet<string> = new Set(['thread_not_found', 'message_not_found', 'cannot_reply_to_message'])

/** Brings alerts into Slack. Every handler does what it does once, however often it runs. */
export function createAlertDelivery({ alerts, sender, audienceOf, jobsQueued, log }: AlertDeliveryDeps): AlertDelivery {
  // Of two changes of one message the later one has to be sent later, too.
  const inTurn = createInTurn()

  /** Gives where the message stands, or undefined where it was posted and somebody deleted it. */
  async function put(message: Message, place: Place, { uncertain, found }: Putting): Promise<Posted | undefined> {
    const { channel, ts, target, key } = place
    if (channel !== null && ts !== null) return await changed(message, { channel, ts })
    const posted = await sender.post({ ...message, channel: target, key })
    if (!posted || !uncertain) return posted
    // What may have been there already says what was true then. Where it stands is kept before, so that
    // a change whose answer is lost is only changed again.
    await found(posted)
    return await changed(message, posted)
  }

  async function changed(message: Message, posted: Posted): Promise<Posted> {
    try {
      await sender.update({ ...message, ...posted })
    } catch (error) {
      if (!(error instanceof SlackRefusedError) || !DELETED.has(error.code)) throw error
    }
    return posted
  }

  /** Takes the words away of somebody who was erased before it was known whether they are there. */
  async function forget(conversation: number, { sending, uncertain }: Forgetting, post: Post): Promise<void> {
    if (!sending || !uncertain || !(await alerts.isGone(conversation))) return
    const message = forgottenPostView()
    const posted = await post(message, { ...sending, broadcast: false })
    if (posted) await changed(message, posted)
  }

  /** What the place of an alert does not take is told elsewhere, and undefined here; refused where that cannot be. */
  async function orElsewhere<T>(
    target: string,
    post: () => Promise<T>,
    planElsewhere = () => alerts.planElsewhere(target),
  ): Promise<T | undefined> {
    try {
      return await post()
    } catch (error) {
      if (!isNoPlace(target, error) || !(await planElsewhere())) throw error
      log.warn('an alert goes elsewhere: its own place takes no messages', { target, error })
      jobsQueued()
      return undefined
    }
  }

  async function showMessage({ id, revision, posts, sending }: ShownOrder, uncertain = false): Promise<void> {
    const alert = await alerts.read(id)
    if (!alert) return await forget(id, { sending, uncertain }, postThere)
    const { row, key } = alert
    if (row.shownRevision >= revision || (row.ts === null && !posts)) return
    const audience = await audienceOf(row.channel ?? row.target)
    const message = alertView(alert, { audience, offersUndo: alerts.offersUndo(alert) })
    const shows = (posted: Posted, shownRevision: number) => alerts.shown(alert, { ...posted, revision: shownRevision })
    const found = (posted: Posted) => shows(posted, NOTHING_NEW)
    const posting = () => put(message, { ...row, key }, { uncertain, found })
    const posted = await orElsewhere(row.target, posting)
    if (posted) await shows(posted, row.revision)
  }

  async function showRollUp({ id, revision, posts }: ShownOrder, uncertain = false): Promise<void> {
    const rollUp = await alerts.readRollUp(id)
    if (!rollUp) return
    const { row } = rollUp
    if (row.shownRevision >= revision || (row.ts === null && !posts)) return
    const audience = await audienceOf(row.channel ?? row.target)
    const key = `alert_roll_up:${row.target}:${row.openedAt}:${row.id}`
    const shows = (posted: Posted, shownRevision: number) =>
      alerts.rollUpShown(id, { ...posted, revision: shownRevision })
    const found = (posted: Posted) => shows(posted, NOTHING_NEW)
    const posting = () => put(rollUpView(rollUp.alerts, audience), { ...row, key }, { uncertain, found })
    const posted = await orElsewhere(row.target, posting)
    if (posted) await shows(posted, row.revision)
  }

  const postThere: Post = async (message, { key, target, below, broadcast }) => {
    const place = below ? { channel: below.channel, thread: below.ts, broadcast } : { channel: target }
    return await sender.post({ ...message, ...place, to: target, key })
  }

  /** Below a message, or where somebody deleted that, by itself. */
  const postBelow: Post = async (message, { key, target, below, broadcast }) => {
    if (below) {
      try {
        return await sender.post({ ...message, channel: below.channel, to: target, thread: below.ts, key, broadcast })
      } catch (error) {
        if (!(error instanceof SlackRefusedError) || !NO_THREAD.has(error.code)) throw error
      }
    }
    return await sender.post({ ...message, channel: target, key: `${key}:alone` })
  }

  const shown = (kind: string, show: (order: ShownOrder, uncertain?: boolean) => Promise<void>): JobHandler => {
    return async (payload, { uncertain }) => {
      const order = readShownOrder(payload)
      await inTurn(`${kind}:${order.id}`, () => show(order, uncertain))
    }
  }

  const planned = (plan: (payload: unknown) => Promise<void>): JobHandler => {
    return async (payload) => {
      await plan(payload)
      jobsQueued()
    }
  }

  return {
    handlers: {
      [ALERT]: planned((payload) => alerts.plan(readAlertOrder(payload))),
      [ALERT_FOLLOW]: planned((payload) => alerts.follow(readEventOrder(payload))),
      [ALERT_MESSAGE]: shown(ALERT_MESSAGE, showMessage),
      [ALERT_ROLL_UP]: shown(ALERT_ROLL_UP, showRollUp),

      async [ALERT_ENTRY](payload, { uncertain }) {
        const order = readEntryOrder(payload)
        const entry = await alerts.readEntry(order)
        try {
          if (!entry) return await forget(order.conversation, { sending: order.sending, uncertain }, postThere)
          const { below, target, key } = entry
          const view = alertEntryView(entry, await audienceOf(below.channel))
          const { channel, ts: thread } = below
          const entering = () =>
            sender.post({ ...view, channel, to: target, thread, key, broadcast: order.isBroadcast })
          const posted = await orElsewhere(target, entering, () => alerts.planElsewhere(target, order))
          if (posted) await alerts.entered(entry, order, posted)
        } catch (error) {
          // The message shows what is new, or was deleted by somebody who wants to hear no more of it.
          if (!(error instanceof SlackRefusedError) || !NO_THREAD.has(error.code)) throw error
        }
      },

      async [ALERT_UNDO_OVER](payload) {
        const order = readChangeOrder(payload)
        if (!(await alerts.undoOver(order))) return
        await showNow(order.conversation)
      },

      async [ALERT_REMINDER](payload, { id: key, uncertain }) {
        const { sending, ...order } = readReminderOrder(payload)
        const reminder = await alerts.readReminder(order)
        if (!reminder) return await forget(order.conversation, { sending, uncertain }, postBelow)
        const { target, below } = reminder
        const view = reminderView(reminder, await audienceOf(below?.channel ?? target))
        const reminding = async () => {
          const posted = await postBelow(view, { key, target, below, broadcast: true })
          await alerts.reminded(order, reminder, posted)
          await showNow(order.conversation)
        }
        await orElsewhere(target, reminding, () => alerts.remindElsewhere(order, target))
      },
    },
    showNow,
  }

  async function showNow(conversation: number): Promise<boolean> {
    const isShown = await tryToShow(conversation)
    jobsQueued()
    return isShown
  }

  async function tryToShow(conversation: number): Promise<boolean> {
    try {
      const rollUp = await alerts.rollUpOf(conversation)
      if (rollUp === null) {
        const order = { id: conversation, revision: Number.POSITIVE_INFINITY, posts: false }
        await inTurn(`${ALERT_MESSAGE}:${conversation}`, () => showMessage(order))
      } else {
        const order = { id: rollUp, revision: Number.POSITIVE_INFINITY, posts: false }
        await inTurn(`${ALERT_ROLL_UP}:${rollUp}`, () => showRollUp(order))
      }
      return true
    } catch (error) {
      if (!(error instanceof UpstreamError || error instanceof SlackRefusedError)) throw error
      log.warn('an alert was not changed at once', { conversation, error })
      return false
    }
  }
}

/** A message of which nobody knows what it shows. */
const NOTHING_NEW = 0

interface Putting {
  /** Whether it may be there already. */
  readonly uncertain: boolean
  readonly found: (posted: Posted) => Promise<void>
}

interface Place {
  readonly channel: string | null
  readonly ts: string | null
  readonly target: string
  readonly key: string
}

type Post = (message: Message, sending: Sending & { readonly broadcast: boolean }) => Promise<Posted | undefined>

interface Forgetting {
  /** Not there in what was queued before it was kept, and where the message was known to be there. */
  readonly sending: Sending | undefined
  readonly uncertain: boolean | undefined
}
