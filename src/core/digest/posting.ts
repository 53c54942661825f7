import { forgetPostsJobs } from '../erasure/posts.ts'
import type { NewJob } from '../job.ts'
import { shown } from '../shown.ts'
import { contactsById } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import {
  beginDigestPost,
  type DigestPostRow,
  digestPost,
  digestPostAt,
  lastDigestPost,
  placeDigestPost,
  repliedToDigestPost,
} from '../store/digest-posts.ts'
import { insertPost } from '../store/erasure.ts'
import { enqueue } from '../store/jobs.ts'
import type { Digest } from './digest.ts'
import { DIGEST, type DigestOrder } from './schedule.ts'

/** A digest as it is kept: of people nothing but who they are, so that those who are erased are gone from it, too. */
export interface KeptDigest extends Omit<Digest, 'hottest' | 'waiting'> {
  readonly hottest: readonly Pick<Digest['hottest'][number], 'id' | 'score'>[]
  readonly waiting: Omit<Digest['waiting'], 'replies'> & {
    readonly replies: readonly Pick<Digest['waiting']['replies'][number], 'id' | 'since'>[]
  }
}

export function kept({ hottest, waiting, ...rest }: Digest): KeptDigest {
  return {
    ...rest,
    hottest: hottest.map(({ id, score }) => ({ id, score })),
    waiting: { ...waiting, replies: waiting.replies.map(({ id, since }) => ({ id, since })) },
  }
}

/** The digest that was kept, with people as they are called now and without those who are gone. */
export async function recalled(database: Database, digest: KeptDigest, now: number): Promise<Digest> {
  const { hottest, waiting } = digest
  const rows = await contactsById(database, [...new Set([...hottest, ...waiting.replies].map(({ id }) => id))])
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  return {
    ...digest,
    hottest: hottest.flatMap(({ id, score }) => {
      const row = rowOf.get(id)
      return row ? [{ id, score, email: row.email, status: row.status, ...shown(row, now) }] : []
    }),
    waiting: {
      ...waiting,
      replies: waiting.replies.flatMap(({ id, since }) => {
        const row = rowOf.get(id)
        // Their words are in no digest.
        return row
          ? [{ id, since, email: row.email, owner: row.owner, ...shown(row, now), subject: null, excerpt: null }]
          : []
      }),
    },
  }
}

/** Of whom a digest tells by name. */
export function namedIn({ hottest, waiting }: KeptDigest): number[] {
  return [...new Set([...hottest, ...waiting.replies].map(({ id }) => id))]
}

export type { DigestPostRow } from '../store/digest-posts.ts'

export interface DigestPosts {
  find(id: string): Promise<DigestPostRow | undefined>
  /** What is posted under the name `id`: what was first read for it, whoever read it. */
  begin(id: string, digest: Digest): Promise<DigestPostRow>
  /** It stands there now, and whoever is named in it is found when they are erased. */
  placed(post: DigestPostRow, at: { readonly channel: string; readonly ts: string }): Promise<void>
  /** So many messages stand in its thread. */
  replied(id: string, replies: number): Promise<void>
  /** The digest that stands there, as it is to be shown now. */
  at(channel: string, ts: string): Promise<Digest | undefined>
  /** The digest as it is to be shown now. */
  recall(post: DigestPostRow): Promise<Digest>
  last(): Promise<DigestPostRow | undefined>
}

export function createDigestPosts({
  database,
  now,
}: {
  readonly database: Database
  /** UTC milliseconds. */
  readonly now: () => number
}): DigestPosts {
  const recall = ({ content }: DigestPostRow) => recalled(database, content, now())
  return {
    recall,
    find: (id) => digestPost(database, id),
    begin: (id, digest) =>
      database.transaction((tx) => {
        return beginDigestPost(tx, { id, day: digest.day, content: kept(digest), at: now() })
      }),
    async placed({ id, content }, { channel, ts }) {
      await database.transaction(async (tx) => {
        await placeDigestPost(tx, id, { channel, ts })
        const isThere = await Promise.all(
          namedIn(content).map((contactId) => insertPost(tx, { channel, ts, contactId, kind: DIGEST })),
        )
        // Somebody was erased meanwhile: it is shown anew.
        if (isThere.includes(false)) await enqueue(tx, forgetPostsJobs([{ channel, ts }], null), now())
      })
    },
    replied: (id, replies) => database.transaction((tx) => repliedToDigestPost(tx, id, replies)),
    async at(channel, ts) {
      const post = await digestPostAt(database, channel, ts)
      return post && (await recall(post))
    },
    last: () => lastDigestPost(database),
  }
}

const MINUTE_MS = 60_000

/** Posts a digest besides those of the schedule; asked for twice within a minute, once. */
export function digestNowJob(day: string, now: number): NewJob {
  const payload: DigestOrder = { day, claimedAt: now }
  return { id: `${DIGEST}:now:${Math.floor(now / MINUTE_MS)}`, kind: DIGEST, payload, key: null, runAt: now }
}
