/**
 * `next`, with every part that equals one of `before` replaced by that one, so that only what changed
 * is drawn again. Both are JSON.
 */
export function reuse<T>(before: unknown, next: T): T
export function reuse(before: unknown, next: unknown): unknown {
  if (Object.is(before, next)) return before
  if (Array.isArray(before) && Array.isArray(next)) {
    const merged = next.map((value, index) => reuse(before[index], value))
    return merged.length === before.length && merged.every((value, index) => value === before[index]) ? before : merged
  }
  if (isRecord(before) && isRecord(next)) {
    const keys = Object.keys(next)
    const merged = Object.fromEntries(keys.map((key) => [key, reuse(before[key], next[key])]))
    const same = keys.length === Object.keys(before).length && keys.every((key) => merged[key] === before[key])
    return same ? before : merged
  }
  return next
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
