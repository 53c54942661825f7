import type { Conversation, Message } from '../../contract.ts'
import { isSameDay } from '../text/date.ts'

/** Where somebody begins who has opened nothing yet: the first conversation in which the app can answer. */
export function startOf(conversations: readonly Conversation[]): Conversation | undefined {
  return conversations.find(({ hasApp }) => hasApp) ?? conversations[0]
}

/** A message as it stands in a list. */
export interface Row {
  readonly message: Message
  /** Of the same sender soon after the one above: drawn without picture and name. */
  readonly isContinued: boolean
  /** The first of its day. */
  readonly isNewDay: boolean
  readonly replies: readonly Message[]
}

const TOGETHER_MS = 5 * 60_000

export function rowsOf({ messages }: Pick<Conversation, 'messages'>): Row[] {
  const top = messages.filter((message) => !isReply(message) || message.isBroadcast)
  const replies = Map.groupBy(messages.filter(isReply), ({ thread }) => thread)
  return rowsIn(top).map((row) => ({ ...row, replies: replies.get(row.message.ts) ?? [] }))
}

export function repliesTo({ messages }: Conversation, parent: string): Row[] {
  return rowsIn(messages.filter((message) => isReply(message) && message.thread === parent)).map((row) => ({
    ...row,
    isNewDay: false,
  }))
}

/** In Slack the first message of a thread names itself as its thread. */
function isReply({ ts, thread }: Message): boolean {
  return thread !== undefined && thread !== ts
}

function rowsIn(messages: readonly Message[]): Row[] {
  return messages.map((message, index) => {
    const before = messages[index - 1]
    const isNewDay = !before || !isSameDay(before.at, message.at)
    const isContinued =
      !isNewDay &&
      before.from.id === message.from.id &&
      !message.isEphemeral &&
      !before.isEphemeral &&
      !message.isBroadcast &&
      message.at - before.at < TOGETHER_MS
    return { message, isContinued, isNewDay, replies: [] }
  })
}
