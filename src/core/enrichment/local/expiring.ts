/** Values that are forgotten at a time of their own, and the oldest of them first where there are more than `size`. */
export interface Expiring<T> {
  /** Undefined where nothing is known at `now`, UTC milliseconds. */
  get(key: string, now: number): T | undefined
  set(key: string, value: T, until: number): void
}

export function createExpiring<T>(size: number): Expiring<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>()
  return {
    get(key, now) {
      const entry = entries.get(key)
      if (entry && entry.until > now) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key, value, until) {
      entries.delete(key)
      entries.set(key, { value, until })
      // A map keeps the order in which its keys came.
      const [oldest] = entries.keys()
      if (entries.size > size && oldest !== undefined) entries.delete(oldest)
    },
  }
}
