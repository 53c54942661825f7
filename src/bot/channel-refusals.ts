import { isPerson } from './channel-audience.ts'
import { SlackRefusedError } from './slack-refusals.ts'

/** Why Slack takes no messages somewhere, and what to do, each in a sentence without its beginning and end. */
export interface ChannelRefusal {
  readonly why: string
  readonly fix: string
}

const ELSEWHERE = 'choose another one with /crm alerts or /crm digest'

const GONE: ChannelRefusal = {
  why: 'Slack does not know the channel any more, or it is private and the app is not in it',
  fix: `${ELSEWHERE}, or type /invite @Touchpoint in it`,
}
const LEFT: ChannelRefusal = {
  why: 'they have left the workspace, or cannot be written to',
  fix: 'choose somebody else with /crm alerts',
}
const RESTRICTED: ChannelRefusal = {
  why: 'only some people may post there',
  fix: `let the app post there, in the settings of the channel, or ${ELSEWHERE}`,
}

/** The refusals that do not pass by themselves and are about where a message goes, not about what it says. */
const REFUSALS: Readonly<Record<string, ChannelRefusal>> = {
  cannot_dm_bot: { why: 'it is an app', fix: LEFT.fix },
  channel_not_found: GONE,
  duplicate_channel_not_found: GONE,
  is_archived: { why: 'the channel is archived', fix: `${ELSEWHERE}, or bring it back` },
  messages_tab_disabled: {
    why: 'the app takes no direct messages',
    fix: 'turn the Messages tab on under App Home in the settings of the Slack app',
  },
  not_in_channel: { why: 'the app is not in the channel', fix: 'type /invite @Touchpoint in it' },
  restricted_action: RESTRICTED,
  restricted_action_non_threadable_channel: RESTRICTED,
  restricted_action_read_only_channel: RESTRICTED,
  restricted_action_thread_only_channel: RESTRICTED,
  user_disabled: LEFT,
  user_is_restricted: { why: 'they are a guest, and guests read nothing of the CRM', fix: LEFT.fix },
  user_not_found: LEFT,
  user_not_visible: LEFT,
}

/** Undefined for a refusal that says nothing of where the message was to go. `target` is a channel or a person. */
export function channelRefusal(target: string, code: string): ChannelRefusal | undefined {
  const refusal = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined
  return refusal === GONE && isPerson(target) ? LEFT : refusal
}

/** Whether a message was refused for where it was to go, so that it may be taken elsewhere. */
export function isNoPlace(target: string, error: unknown): error is SlackRefusedError {
  return error instanceof SlackRefusedError && channelRefusal(target, error.code) !== undefined
}

/** With this nobody can be told, neither. */
export const NOBODY_CAN_BE_TOLD = 'messages_tab_disabled'
