const LENGTH = 12

/** A bar of which something is seen as soon as there is something, and that is full only where all is there. */
export function bar(part: number, total: number): string {
  const length = part >= total ? LENGTH : Math.min(LENGTH - 1, Math.ceil((part / total) * LENGTH))
  const seen = total > 0 ? length : 0
  return '█'.repeat(seen) + '░'.repeat(LENGTH - seen)
}
