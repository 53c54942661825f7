import { expect, test } from 'vitest'

import { OverloadError } from '../../src/core/errors.ts'
import { GroupCommit, type GroupCommitOptions } from '../../src/core/group-commit.ts'

function aGroupCommit(options: Partial<GroupCommitOptions<number, number>> = {}) {
  const groups: number[][] = []
  const queue = new GroupCommit<number, number>({
    async commit(items) {
      groups.push([...items])
      return items.map((item) => item * 2)
    },
    commitAlone: (_item, error) => Promise.reject(error),
    weigh: () => 1,
    maxGroupWeight: 3,
    maxWaitingWeight: 5,
    ...options,
  })
  return { queue, groups }
}

test('commits together what arrives together, and answers each with its own result', async () => {
  const { queue, groups } = aGroupCommit()
  expect(await Promise.all([1, 2, 3].map((item) => queue.add(item)))).toEqual([2, 4, 6])
  expect(groups).toEqual([[1, 2, 3]])
})

test('splits what is more than a group may hold, in order', async () => {
  const { queue, groups } = aGroupCommit()
  await Promise.all([1, 2, 3, 4, 5].map((item) => queue.add(item)))
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ])
})

test('takes an item that is heavier than a group by itself', async () => {
  const { queue, groups } = aGroupCommit({ weigh: (item) => item })
  await Promise.all([queue.add(9), Promise.resolve()])
  expect(groups).toEqual([[9]])
})

test('refuses more than may wait, and takes more again afterwards', async () => {
  const { queue } = aGroupCommit()
  const waiting = [1, 2, 3, 4, 5].map((item) => queue.add(item))
  expect(() => queue.add(6)).toThrow(OverloadError)
  await Promise.all(waiting)
  expect(await queue.add(7)).toBe(14)
})

test('commits each item alone when the group fails, so that one costs only itself', async () => {
  const { queue } = aGroupCommit({
    commit: () => Promise.reject(new Error('the group failed')),
    async commitAlone(item, error) {
      if (item === 2) throw error
      return item
    },
  })
  const results = await Promise.allSettled([1, 2, 3].map((item) => queue.add(item)))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('is settled when nothing waits any more', async () => {
  const { queue, groups } = aGroupCommit()
  const added = [1, 2, 3, 4].map((item) => queue.add(item))
  await queue.settled()
  expect(groups.flat()).toEqual([1, 2, 3, 4])
  await Promise.all(added)
})
