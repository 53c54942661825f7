import { addressKey } from './address.ts'
import { moveAlerts } from './alerts/move.ts'
import type { Campaign, EngagementEvent } from './event.ts'
import type { People } from './people.ts'
import { deleteBare, type HeldContact, holdContactsById } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import {
  campaignColumns,
  type EventRow,
  eventOf,
  eventsOf,
  inboundOf,
  messagesById,
  repliesWaitingFor,
  rewriteEvents,
} from './store/events.ts'

/** An event with the person it is about, as far as that is known now. */
export interface Attributed {
  readonly event: EngagementEvent
  /** The message that this reply answers, while no event of that message has come. */
  readonly answers: string | null
}

/**
 * Finds whom replies are from by the message they answer, rather than by the address they were
 * written from: In-Reply-To first, then References from last to first (e-mail sheet, section 1.5).
 */
export async function attribute(tx: Database, events: readonly EngagementEvent[]): Promise<Attributed[]> {
  const references = events.flatMap(answeredMessages)
  const messages = Map.groupBy(await messagesById(tx, references), ({ rfcMessageId }) => rfcMessageId)
  return events.map((event) => {
    const answered = answeredMessages(event)
    const known = answered.map((id) => messages.get(id)).find((candidates) => candidates !== undefined)
    const message = known && answeredBy(event.recipient, known)
    if (!message) return { event, answers: answered[0] ?? null }
    return {
      event: { ...event, type: asReply(event), recipient: message.email, campaign: event.campaign ?? message.campaign },
      answers: null,
    }
  })
}

function answeredMessages({ type, reply }: EngagementEvent): string[] {
  if (!reply || (type !== 'replied' && type !== 'inbound' && type !== 'auto_replied')) return []
  return [...(reply.inReplyTo ? [reply.inReplyTo] : []), ...reply.references.toReversed()]
}

function asReply({ type }: Pick<EngagementEvent, 'type'>): EngagementEvent['type'] {
  return type === 'inbound' ? 'replied' : type
}

interface Answerable {
  readonly email: string
  readonly campaign: Campaign | null
}

/**
 * Of the people whom one message went to, the one who wrote from `sender`, or the first by address;
 * with the message's campaign, which not every event of it names.
 */
function answeredBy(sender: string, candidates: readonly Answerable[]): Answerable | undefined {
  const key = addressKey(sender)
  const byAddress = candidates.toSorted((a, b) => (addressKey(a.email) < addressKey(b.email) ? -1 : 1))
  const person = byAddress.find(({ email }) => addressKey(email) === key) ?? byAddress[0]
  const campaign = byAddress.map((candidate) => candidate.campaign).find((known) => known !== null)
  return person && { email: person.email, campaign: campaign ?? null }
}

/** What later arrivals changed. */
export interface Lesson {
  readonly retold: readonly Retold[]
  /** Contacts that existed only because a reply came from their address before anybody knew whose it is. */
  readonly gone: readonly { readonly contact: HeldContact; readonly createdAt: number }[]
}

/** An event as it stood, and as it stands after what came later. */
export interface Retold {
  readonly before: EngagementEvent
  readonly after: EngagementEvent
}

/**
 * What `accepted` teaches about earlier events, so that order of arrival does not matter: replies
 * that came before the message they answer find their person, and mail from somebody who was
 * written to is a reply. The contacts concerned are told again from their whole history.
 */
export async function tellAgain(
  tx: Database,
  people: People,
  accepted: readonly EngagementEvent[],
  /** Ids of contacts that stay, whatever is left of them. */
  spared: ReadonlySet<number>,
  /** What they teach about earlier events that are neither replies nor mail to us. */
  otherChanges: readonly Change[],
  /** UTC milliseconds. */
  now: number,
): Promise<Lesson> {
  const messages = Map.groupBy(
    accepted.filter(({ rfcMessageId }) => rfcMessageId !== null),
    ({ rfcMessageId }) => rfcMessageId ?? '',
  )
  const waiting = await repliesWaitingFor(tx, [...messages.keys()])
  people.add(
    await holdContactsById(
      tx,
      waiting.map(({ contactId }) => contactId),
    ),
  )

  const changes = new Map(otherChanges.map((change) => [change.before.seq, change]))
  for (const before of waiting) {
    const candidates = messages.get(before.answers ?? '') ?? []
    const message = answeredBy(
      people.withId(before.contactId).email,
      candidates.map(({ recipient, campaign }) => ({ email: recipient, campaign })),
    )
    if (!message) continue
    const { id: contactId } = people.at(message.email)
    const after = { ...inCampaign(before, message.campaign), contactId, type: asReply(before), answers: null }
    changes.set(before.seq, { before, after })
  }
  const writtenTo = people.knownSenders()
  for (const before of await inboundOf(tx, [...writtenTo.keys()])) {
    const isAfter = before.occurredAt >= (writtenTo.get(before.contactId) ?? Number.POSITIVE_INFINITY)
    if (isAfter && !changes.has(before.seq)) changes.set(before.seq, { before, after: { ...before, type: 'replied' } })
  }
  return changes.size === 0 ? { retold: [], gone: [] } : await carryOut(tx, people, [...changes.values()], spared, now)
}

/** A stored event, and what it becomes. */
export interface Change {
  readonly before: EventRow
  readonly after: EventRow
}

async function carryOut(
  tx: Database,
  people: People,
  changes: readonly Change[],
  spared: ReadonlySet<number>,
  now: number,
): Promise<Lesson> {
  await rewriteEvents(
    tx,
    changes.map(({ after }) => after),
  )
  const concerned = new Set(changes.flatMap(({ before, after }) => [before.contactId, after.contactId]))
  const histories = Map.groupBy(await eventsOf(tx, [...concerned]), ({ contactId }) => contactId)
  const asTold = (row: EventRow) => eventOf(row, people.withId(row.contactId).email)
  for (const id of concerned) people.retell(people.withId(id), (histories.get(id) ?? []).map(asTold))

  const left = changes
    .filter(({ before, after }) => before.contactId !== after.contactId)
    .map(({ before }) => before.contactId)
  await moveAlerts(tx, people, left, now)
  const bare = left.filter((id) => !spared.has(id))
  const gone = (await deleteBare(tx, bare)).map(({ id, createdAt }) => ({ contact: people.withId(id), createdAt }))
  for (const { contact } of gone) people.drop(contact)
  return { retold: changes.map(({ before, after }) => ({ before: asTold(before), after: asTold(after) })), gone }
}

/** A reply belongs to the campaign of its message, unless its provider named another. */
function inCampaign(row: EventRow, campaign: Campaign | null): EventRow {
  return row.campaign === null && campaign ? { ...row, ...campaignColumns(campaign, row.detail) } : row
}
