import type { OneTimeToken } from './provider.ts'

/** At two hundred bytes each, about 20 MB. */
const CAPACITY = 100_000

/**
 * Tells whether a token comes with what it came with before, or for the first time. Only the
 * latest tokens are known, and none from before a restart: for older ones the window on the
 * signed time and the ids of events remain.
 */
export function createTokenMemory(capacity = CAPACITY): (proof: OneTimeToken) => boolean {
  const subjects = new Map<string, string>()
  return ({ token, subject }) => {
    const known = subjects.get(token)
    if (known !== undefined) return known === subject
    subjects.set(token, subject)
    if (subjects.size > capacity) {
      const [oldest] = subjects.keys()
      if (oldest !== undefined) subjects.delete(oldest)
    }
    return true
  }
}
