import type { Message } from '../../contract.ts'
import { ago } from '../text/date.ts'
import { useMinute } from '../use-minute.ts'
import { Avatar } from './avatar.tsx'

export function ReplyCount({
  replies,
  onOpen,
}: {
  readonly replies: readonly Message[]
  readonly onOpen: (() => void) | undefined
}) {
  const at = useMinute()
  const last = replies.at(-1)
  if (!last || !onOpen) return null
  const people = [...new Map(replies.map(({ from }) => [from.id, from])).values()]
  return (
    <button type="button" className="reply-count" onClick={onOpen}>
      {people.slice(0, 3).map((person) => (
        <Avatar key={person.id} person={person} isSmall />
      ))}
      <strong>{replies.length === 1 ? '1 reply' : `${replies.length} replies`}</strong>
      <small>Last reply {ago(Math.min(0, last.at - at))}</small>
    </button>
  )
}
