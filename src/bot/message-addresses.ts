import { addressKey, isAddress } from '../core/address.ts'

/** Where a message has words: people's own are in `text`, those of apps often in the other two only. */
const PARTS = ['text', 'blocks', 'attachments'] as const

type Part = (typeof PARTS)[number]

/** A message as Slack gives it. */
export type Wire = { readonly [P in Part]?: unknown }

/** As much as the longest message has, with the same again in its blocks. */
const CONSIDERED = 100_000

/** A domain has a dot here: `ada@work` in a sentence is no address. */
const ADDRESS =
  /(?<![\p{L}\p{N}])[\p{L}\p{N}][\p{L}\p{N}\p{M}.!#$%&'*+^_{}~-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}(?:xn--[a-z\d-]{1,59}|[\p{L}\p{M}]{2,63})(?![\p{L}\p{N}@])/giu

/** Who is let in by the address of a page is nobody at an address. */
const CREDENTIALS = /:\/\/[^\s/@<>|]{0,200}@/g

/** The addresses in a message, each once, in their order; also those that are only behind a link. */
export function addressesIn(message: Wire): string[] {
  const byKey = new Map<string, string>()
  let left = CONSIDERED
  for (const text of PARTS.flatMap((part) => textsIn(message[part]))) {
    for (const [address] of readable(text.slice(0, left)).matchAll(ADDRESS)) {
      const key = addressKey(address)
      if (isAddress(address) && !byKey.has(key)) byKey.set(key, address)
    }
    left -= text.length
    if (left <= 0) break
  }
  return [...byKey.values()]
}

/** Blocks and attachments have words under many names; nothing else in them looks like an address. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

function readable(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (entity, name: string) => ENTITIES[name] ?? entity).replace(CREDENTIALS, '://')
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' }
