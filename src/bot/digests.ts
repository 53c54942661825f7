import { randomUUID } from 'node:crypto'

import type { types } from '@slack/bolt'

import type { DigestDesk } from '../core/digest/desk.ts'
import type { DigestSchedule } from '../core/digest/settings.ts'
import { CrmError, InvalidInputError, UpstreamError } from '../core/errors.ts'
import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import { isChannelId } from './channel-audience.ts'
import type { DigestCommand } from './digest-command.ts'
import type { Press } from './listeners.ts'
import { type Mrkdwn, mrkdwn, channel as named } from './mrkdwn.ts'
import type { SlackSender } from './sender.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import type { SlackState } from './slack-state.ts'
import { digestView } from './views/digest.ts'
import { digestForm, digestStateView, orderedView, previewView, testView } from './views/digest-schedule.ts'
import { digestThread } from './views/digest-thread.ts'

export interface DigestDeps {
  readonly digests: Pick<DigestDesk, 'settings' | 'nextDay' | 'read' | 'choose' | 'order'> & {
    readonly posts: Pick<DigestDesk['posts'], 'last'>
  }
  readonly channelState: SlackState['channel']
  readonly post: SlackSender['post']
}

export async function answerDigest({ kind }: DigestCommand, actor: Actor, deps: DigestDeps): Promise<Message> {
  switch (kind) {
    case 'digest':
      return await stateOf(actor, deps)
    case 'digest_preview':
      return await preview(deps)
    case 'digest_now':
      return await sendNow(deps)
  }
}

type DigestPress = Extract<Press, { action: `digest_${string}` }>

export async function pressDigest(
  { action }: DigestPress,
  actor: Actor,
  deps: DigestDeps,
): Promise<Message | types.ModalView> {
  switch (action) {
    case 'digest_preview':
      return await preview(deps)
    case 'digest_now':
      return await sendNow(deps)
    case 'digest_change':
      return digestForm(await deps.digests.settings())
    case 'digest_test':
      return await sendTest(actor, deps)
    case 'digest_reset':
      await deps.digests.choose(null, actor.userId)
      return await stateOf(actor, deps, mrkdwn`The digest comes as the server says again.`)
  }
}

/** When and where it comes, below what has just been done. */
export async function stateOf({ role }: Actor, { digests, channelState }: DigestDeps, news?: Mrkdwn): Promise<Message> {
  const settings = await digests.settings()
  const [nextDay, last, trouble] = await Promise.all([
    digests.nextDay(),
    digests.posts.last(),
    troubleWith(settings.channel, channelState),
  ])
  const state = { settings, nextDay, last: last ?? null, trouble: trouble?.words ?? null }
  return digestStateView(state, { role, ...(news ? { news } : {}) })
}

async function preview({ digests }: DigestDeps): Promise<Message> {
  const digest = await digests.read()
  return previewView(digestView(digest, 'own'), digestThread(digest, 'own'))
}

async function sendNow({ digests, channelState }: DigestDeps): Promise<Message> {
  const { channel: to } = await digests.settings()
  if (to === null)
    throw new InvalidInputError('The digest is off: choose a channel with Change first, under /crm digest.')
  const trouble = await troubleWith(to, channelState)
  if (trouble) throw new InvalidInputError(`Nothing was sent. ${trouble.words}`)
  await digests.order()
  return orderedView(to)
}

async function sendTest(actor: Actor, deps: DigestDeps): Promise<Message> {
  const settings = await deps.digests.settings()
  const to = settings.channel
  if (to === null) return await stateOf(actor, deps)
  try {
    await deps.post({ ...testView(settings, actor.userId), channel: to, key: `digest_test:${randomUUID()}` })
  } catch (error) {
    if (error instanceof UpstreamError)
      throw new InvalidInputError(`It is not known whether the test arrived: ${error.message}. Look into the channel.`)
    if (error instanceof CrmError) throw new InvalidInputError(`The test did not arrive. ${error.message}`)
    throw error
  }
  return await stateOf(actor, deps, mrkdwn`The test is in ${named(to)}.`)
}

export interface ChannelTrouble {
  readonly words: string
  /** Nothing that is done in the channel mends it. */
  readonly isFinal: boolean
}

/** What keeps messages out of a channel, as far as Slack says it. */
export async function troubleWith(
  id: string | null,
  channelState: SlackState['channel'],
): Promise<ChannelTrouble | undefined> {
  if (id === null || !isChannelId(id)) return undefined
  try {
    const { name, isArchived, hasApp } = await channelState(id)
    if (isArchived) return { words: `#${name} is archived. Choose another channel, or bring it back.`, isFinal: true }
    return hasApp ? undefined : { words: `The app is not in #${name}. Type /invite @Touchpoint there.`, isFinal: false }
  } catch (error) {
    if (error instanceof UpstreamError) return undefined
    if (!(error instanceof SlackRefusedError)) throw error
    // What Slack does not tell says nothing against the channel.
    if (error.code === 'missing_scope' || error.code === 'unknown_method') return undefined
    return { words: error.message, isFinal: false }
  }
}

export function savedWords({ channel: to }: DigestSchedule): Mrkdwn {
  return to === null ? mrkdwn`The digest is switched off.` : mrkdwn`Saved: the digest comes in ${named(to)}.`
}
