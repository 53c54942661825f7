import { z } from 'zod'

import type { NewJob } from './job.ts'
import {
  beginTrouble,
  type ChannelTrouble,
  endTrouble,
  setTold,
  troubleOf,
  troublesSince,
} from './store/channel-troubles.ts'
import type { Database } from './store/database.ts'
import { enqueue } from './store/jobs.ts'

export type { ChannelTrouble } from './store/channel-troubles.ts'

/** Tells an admin, once, that messages cannot be delivered somewhere. */
export const CHANNEL_TROUBLE = 'channel_trouble'

/** Where messages are refused for a reason that does not pass by itself. A target is a channel or a person. */
export interface ChannelTroubles {
  /** Slack refused a message, by its own word `code`. */
  refused(target: string, code: string): Promise<void>
  /** A message was taken. */
  taken(target: string): Promise<void>
  /** What a `CHANNEL_TROUBLE` job is about, where it is not over and nobody was told. */
  toTell(payload: unknown): Promise<ChannelTrouble | undefined>
  told(target: string): Promise<void>
}

export interface ChannelTroublesDeps {
  readonly database: Database
  /** Whether there is somebody to tell of what Slack refuses with this word. */
  readonly canTell: (code: string) => boolean
  readonly jobsQueued: () => void
  /** UTC milliseconds. */
  readonly now: () => number
}

const Payload = z.object({ target: z.string(), since: z.number().int() })

export function createChannelTroubles({ database, canTell, jobsQueued, now }: ChannelTroublesDeps): ChannelTroubles {
  return {
    async refused(target, code) {
      const at = now()
      const isNew = await database.transaction(async (tx) => {
        const begins = await beginTrouble(tx, { target, code, now: at, forgottenBefore: at - FORGOTTEN_MS })
        if (begins && canTell(code)) await enqueue(tx, [tellJob(target, at)], at)
        return begins
      })
      if (isNew) jobsQueued()
    },
    async taken(target) {
      // Nearly always there is none, and a look costs no commit.
      if (await troubleOf(database, target)) await database.transaction((tx) => endTrouble(tx, target))
    },
    async toTell(payload) {
      const { target, since } = Payload.parse(payload)
      const trouble = await troubleOf(database, target)
      return trouble?.since === since && trouble.toldAt === null ? trouble : undefined
    },
    told: (target) => database.transaction((tx) => setTold(tx, target, now())),
  }
}

function tellJob(target: string, since: number): NewJob {
  const id = `${CHANNEL_TROUBLE}:${target}:${since}`
  return { id, kind: CHANNEL_TROUBLE, payload: { target, since }, key: null, runAt: 0 }
}

/** What nobody has tried for so long may be where nothing is to be sent any more. */
const FORGOTTEN_MS = 14 * 24 * 60 * 60 * 1000

/** Those that last, as far as anybody knows. */
export async function lastingTroubles(database: Database, now: number): Promise<ChannelTrouble[]> {
  return await troublesSince(database, now - FORGOTTEN_MS)
}
