import { z } from 'zod'

/** A person of our own workspace, proven by the signature of the request that names them. */
export interface Actor {
  readonly userId: string
}

const Member = z.object({ id: z.string().min(1), team_id: z.string().nullish(), is_bot: z.boolean().nullish() })
const SlashBody = z.object({ command: z.string(), user_id: z.string().min(1) })
const EventBody = z.object({ type: z.literal('event_callback'), event: z.object({ user: z.string().min(1) }) })
const PressBody = z.object({ user: Member, team: z.object({ id: z.string() }).nullish(), bot_id: z.string().nullish() })

/**
 * Who acts, or undefined where nobody does who may: bots, and people of other workspaces, who can
 * press a button in a shared channel but not type our command.
 */
export function actorOf(body: unknown): Actor | undefined {
  const slash = SlashBody.safeParse(body).data
  if (slash) return memberId(slash.user_id)
  const happened = EventBody.safeParse(body).data
  if (happened) return memberId(happened.event.user)
  const press = PressBody.safeParse(body).data
  if (!press || press.bot_id || press.user.is_bot) return undefined
  const { user, team } = press
  if (user.team_id && team && user.team_id !== team.id) return undefined
  return memberId(user.id)
}

function memberId(id: string): Actor | undefined {
  return id === 'USLACKBOT' || !/^[UW]/.test(id) ? undefined : { userId: id }
}
