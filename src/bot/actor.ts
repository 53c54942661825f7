import { z } from 'zod'

import type { Role } from './permissions.ts'

/** A person who was let in. */
export interface Actor {
  readonly userId: string
  readonly role: Role
}

const Member = z.object({ id: z.string().min(1), team_id: z.string().nullish(), is_bot: z.boolean().nullish() })
const SlashBody = z.object({ command: z.string(), user_id: z.string().min(1) })
const EventBody = z.object({ type: z.literal('event_callback'), event: z.object({ user: z.string().min(1) }) })
const PressBody = z.object({
  user: Member,
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  bot_id: z.string().nullish(),
})

/**
 * The id of whoever sent a request, which its signature proves, or undefined where nobody did who
 * may do anything: bots, and people of other workspaces, who can press a button in a shared channel
 * but not type our command. What else they are only Slack can say.
 */
export function senderOf(body: unknown): string | undefined {
  const slash = SlashBody.safeParse(body).data
  if (slash) return memberId(slash.user_id)
  const happened = EventBody.safeParse(body).data
  if (happened) return memberId(happened.event.user)
  const press = PressBody.safeParse(body).data
  if (!press || press.bot_id || press.user.is_bot) return undefined
  const { user, team, enterprise } = press
  // Within an Enterprise Grid a person of ours may have another workspace as their first.
  if (!enterprise && user.team_id && team && user.team_id !== team.id) return undefined
  return memberId(user.id)
}

function memberId(id: string): string | undefined {
  return id === 'USLACKBOT' || !/^[UW]/.test(id) ? undefined : id
}
