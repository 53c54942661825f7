import { createHash } from 'node:crypto'

import type { types } from '@slack/bolt'
import { z } from 'zod'

import type { HomeNumbers } from '../core/home.ts'
import type { Logger } from '../core/logger.ts'
import { failureView } from './failure.ts'
import type { Gate } from './gate.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import { homeClosedView, homeProblemView, homeView } from './views/home.ts'

export interface HomeDeps {
  /** What the Home tab of one person shows, as things are now. */
  readonly read: (userId: string) => Promise<HomeNumbers>
  readonly admit: Gate['admitUser']
  /** Replaces what stands there, with `hash` only while it is that; gives the hash of what stands there then. */
  readonly publish: (userId: string, view: types.HomeView, hash?: string) => Promise<string>
  readonly log: Logger
}

/**
 * Publishes the Home tab of one person as things are now: because they opened it, or because they did
 * something and have opened it before, since whoever opens it later gets it anew. `seen` is the hash
 * of what stands there, where Slack has said so. Never rejects: nobody waits for a Home tab.
 */
export type ShowHome = (userId: string, because: 'opened' | 'acted', seen?: string) => Promise<void>

/** What was published last. */
interface Screen {
  /** Undefined where the answer was lost that would have told. */
  readonly hash?: string
  /** Its content; undefined where somebody else published it. */
  readonly picture?: string
}

const MOST = 1000

/**
 * An older picture never replaces a newer one. In this process each is read after the one before it
 * was published. Another process may have published meanwhile: then the hash is not what we think,
 * Slack refuses, and what is read after that is newer than what stands there.
 */
export function createHome({ read, admit, publish, log }: HomeDeps): ShowHome {
  const screens = new Map<string, Screen>()
  const underWay = new Map<string, Promise<void>>()
  /** Those that begin when the one under way is over: one for whatever happens until then. */
  const next = new Map<string, Promise<void>>()

  async function viewOf(userId: string): Promise<types.HomeView> {
    let role: Awaited<ReturnType<typeof admit>>['role']
    try {
      role = (await admit(userId, 'viewer')).role
    } catch (error) {
      return homeClosedView(failureView(error, 'nobody knows who looks at a Home tab', log))
    }
    try {
      return homeView({ ...(await read(userId)), role })
    } catch (error) {
      return homeProblemView(failureView(error, 'the Home tab has no numbers', log), role)
    }
  }

  function remember(userId: string, screen: Screen): void {
    screens.delete(userId)
    screens.set(userId, screen)
    const [oldest] = screens.keys()
    if (screens.size > MOST && oldest) screens.delete(oldest)
  }

  async function replace(userId: string, view: types.HomeView, hash?: string): Promise<void> {
    remember(userId, {})
    remember(userId, { hash: await publish(userId, view, hash), picture: pictureOf(view) })
  }

  async function show(userId: string, seen: string | undefined): Promise<void> {
    try {
      const known = screens.get(userId)
      const view = await viewOf(userId)
      if (seen !== undefined && seen === known?.hash && known.picture === pictureOf(view)) return
      try {
        await replace(userId, view, known?.hash)
      } catch (error) {
        if (!(error instanceof SlackRefusedError && error.code === 'hash_conflict')) throw error
        await replace(userId, await viewOf(userId))
      }
    } catch (error) {
      log.warn('a Home tab was not published', { error })
    }
  }

  function begin(userId: string, seen?: string): Promise<void> {
    const turn = show(userId, seen).finally(() => underWay.delete(userId))
    underWay.set(userId, turn)
    return turn
  }

  return async (userId, because, seen) => {
    if (because === 'acted' && seen === undefined && !screens.has(userId) && !underWay.has(userId)) return
    const queued = next.get(userId)
    if (queued) return await queued
    const running = underWay.get(userId)
    if (!running) {
      // While one is under way, its answer is newer than what anybody has seen.
      if (seen !== undefined && seen !== screens.get(userId)?.hash) remember(userId, { hash: seen })
      return await begin(userId, seen)
    }
    const turn = running.then(() => {
      next.delete(userId)
      return begin(userId)
    })
    next.set(userId, turn)
    await turn
  }
}

const Opened = z.object({ view: z.object({ hash: z.string() }) })

/** The hash of what stands on a Home tab that was opened; its type does not tell of it. */
export function hashSeen(event: unknown): string | undefined {
  return Opened.safeParse(event).data?.view.hash
}

function pictureOf(view: types.HomeView): string {
  return createHash('sha256').update(JSON.stringify(view)).digest('base64')
}
