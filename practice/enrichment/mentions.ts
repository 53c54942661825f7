import { hashesOf } from './directory.ts'

/** How often each API was told each address, in plain or as a hash. */
export class Mentions {
  readonly #counts = new Map<string, Map<string, number>>()

  /** Counts each address once for a request, wherever in it it stands. */
  add(api: string, ...parts: readonly string[]): void {
    for (const word of new Set(parts.flatMap(addressesIn))) {
      const counts = this.#counts.get(word) ?? new Map<string, number>()
      this.#counts.set(word, counts.set(api, (counts.get(api) ?? 0) + 1))
    }
  }

  /** By API; empty where nobody was told. */
  of(email: string): Record<string, number> {
    const total: Record<string, number> = {}
    const plain = email.trim().toLowerCase()
    for (const word of [plain, ...hashesOf(plain)]) {
      for (const [api, count] of this.#counts.get(word) ?? []) total[api] = (total[api] ?? 0) + count
    }
    return total
  }
}

const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{64})$/

function addressesIn(text: string): string[] {
  const words = text.toLowerCase().split(/[\s"'<>(),;:&=?/\\[\]{}]+/)
  return words.filter((word) => word.includes('@') || HASH.test(word))
}
