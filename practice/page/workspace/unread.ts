import { useEffect, useState } from 'react'

import type { Conversation, Screen } from '../../contract.ts'

/** The conversations with messages that came while they were not open. What was there at first counts as read. */
export function useUnread({ conversations, me }: Screen, openId: string | undefined): ReadonlySet<string> {
  const [read, setRead] = useState(() => new Map(conversations.map((one) => [one.id, newest(one)])))
  const open = conversations.find(({ id }) => id === openId)
  const seen = open ? newest(open) : ''
  useEffect(() => {
    if (openId) setRead((before) => new Map(before).set(openId, seen))
  }, [openId, seen])
  const isUnread = ({ id, messages }: Conversation) =>
    id !== openId && messages.some(({ ts, from }) => from.id !== me.id && ts > (read.get(id) ?? ''))
  return new Set(conversations.filter(isUnread).map(({ id }) => id))
}

function newest({ messages }: Conversation): string {
  return messages.at(-1)?.ts ?? ''
}
