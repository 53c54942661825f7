import { OverloadError } from './errors.ts'

export interface GroupCommitOptions<Item, Result> {
  /** Commits all items together, with a result for each in the same order; on a failure nothing of the group is kept. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Commits what could not be committed with others; throws where it cannot be committed at all. */
  readonly commitAlone: (item: Item, error: unknown) => Promise<Result>
  readonly weigh: (item: Item) => number
  /** A group takes items until it weighs this much: a bound on how long others wait. */
  readonly maxGroupWeight: number
  /** What may wait beyond the group under way; more is refused with `OverloadError`. */
  readonly maxWaitingWeight: number
}

/** A bound on the waiting: a turn takes a fraction of a millisecond. */
const MAX_TURNS = 8

interface Waiting<Item, Result> {
  readonly item: Item
  readonly weight: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Commits together what arrives while a commit runs, so that many requests share one flush to
 * disk. Each caller is answered after the commit that holds its item. There is no timer: an item
 * that arrives alone is committed as soon as the requests that were read with it have joined.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  #waitingWeight = 0
  #running: Promise<void> | undefined

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options
  }

  add(item: Item): Promise<Result> {
    const weight = this.#options.weigh(item)
    if (this.#waitingWeight > 0 && this.#waitingWeight + weight > this.#options.maxWaitingWeight)
      throw new OverloadError(5)
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.#waiting.push({ item, weight, resolve, reject })
    this.#waitingWeight += weight
    this.#running ??= this.#run()
    return promise
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather()
      await this.#commitGroup(this.#takeGroup())
    }
    this.#running = undefined
  }

  /** Lets requests that are being read join the group, for as long as each turn of the event loop brings more. */
  async #gather(): Promise<void> {
    let before: number
    let turns = 0
    do {
      before = this.#waiting.length
      turns += 1
      await new Promise(setImmediate)
    } while (this.#waiting.length > before && turns < MAX_TURNS && this.#waitingWeight < this.#options.maxGroupWeight)
  }

  #takeGroup(): Waiting<Item, Result>[] {
    let count = 0
    let weight = 0
    for (const waiting of this.#waiting) {
      if (count > 0 && weight + waiting.weight > this.#options.maxGroupWeight) break
      count += 1
      weight += waiting.weight
    }
    this.#waitingWeight -= weight
    return this.#waiting.splice(0, count)
  }

  async #commitGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map(({ item }) => item))
      group.forEach(({ resolve }, index) => {
        resolve(valueAt(results, index))
      })
    } catch (error) {
      for (const { item, resolve, reject } of group) await this.#options.commitAlone(item, error).then(resolve, reject)
    }
  }
}

function valueAt<Result>(results: readonly Result[], index: number): Result {
  if (index >= results.length) throw new Error('a commit gave fewer results than it was given items')
  return results[index] as Result
}
