/** Work to do after a commit, queued in the transaction that makes it necessary: a transactional outbox. */
export interface NewJob {
  /** Names the effect, so that queueing it twice queues it once: `alert:replied:<provider>:<event id>`. */
  readonly id: string
  readonly kind: string
  readonly payload: unknown
  /** Jobs with the same key run one after the other, in the order they were queued. */
  readonly key: string | null
  /** UTC milliseconds: not before. */
  readonly runAt: number
}

/** `dead` is kept for people to see and to start again; a job that is done is gone. */
export type JobState = 'waiting' | 'running' | 'dead'
