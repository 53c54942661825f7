import { beforeAll, describe, expect, test } from 'vitest'

test('fails', () => expect(1).toBe(2))

describe('a group that cannot be prepared', () => {
  beforeAll(() => {
    throw new Error('no')
  })
  test('is not reached', () => {})
})
