import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import type { NewJob } from '../job.ts'
import type { Database } from '../store/database.ts'
import { insertPost, type PostRow } from '../store/erasure.ts'
import { enqueue } from '../store/jobs.ts'

export const FORGET_POSTS = 'forget_posts'

const Posts = z.object({ posts: z.array(z.object({ channel: z.string(), ts: z.string() })), by: z.string().nullable() })

/** Messages that are to say nothing about anybody any more, and who is told of those that cannot be changed. */
export type ForgetPosts = z.infer<typeof Posts>

export function readForgetPosts(payload: unknown): ForgetPosts {
  return Posts.parse(payload)
}

/** Slack takes so many changes in a minute at the least, and a job that is put off begins from its first. */
const POSTS_A_JOB = 20

export function forgetPostsJobs(posts: readonly Pick<PostRow, 'channel' | 'ts'>[], by: string | null): NewJob[] {
  const jobs: NewJob[] = []
  for (let first = 0; first < posts.length; first += POSTS_A_JOB) {
    const payload: ForgetPosts = { posts: posts.slice(first, first + POSTS_A_JOB), by }
    jobs.push({ id: `${FORGET_POSTS}:${randomUUID()}`, kind: FORGET_POSTS, payload, key: FORGET_POSTS, runAt: 0 })
  }
  return jobs
}

/** Remembers a message that was just posted; one about somebody who was erased meanwhile is changed at once. */
export async function rememberPost(database: Database, post: PostRow, now: number): Promise<void> {
  const { channel, ts } = post
  await database.transaction(async (tx) => {
    if (!(await insertPost(tx, post))) await enqueue(tx, forgetPostsJobs([{ channel, ts }], null), now)
  })
}
