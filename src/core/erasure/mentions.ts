import { addressKey } from '../address.ts'

/** What ends an address in any text; `=` and `%` do not, in which forms and bounces wrap others. */
const BEFORE = /[^\s"'`<>()[\]{}:;,\\|&?]+$/u
const AFTER = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*/u
const LONGEST = 320

/** The keys of all addresses that stand in `raw`, plainly or as JSON and web forms write them. */
export function mentionedIn(raw: Uint8Array | string): ReadonlySet<string> {
  const text = typeof raw === 'string' ? raw : Buffer.from(raw).toString('utf8')
  const readings = [text, unescaped(text)]
  const candidates = [...readings, ...readings.map(percentDecoded)].flatMap(candidatesIn)
  return new Set(candidates.flatMap(partsOf).map(addressKey))
}

/** From each @ outwards: a search from the left would go through long lines again and again. */
function candidatesIn(text: string): string[] {
  return [...text.matchAll(/@/g)].flatMap(({ index }) => {
    const local = BEFORE.exec(text.slice(Math.max(0, index - LONGEST), index))?.[0]
    const domain = AFTER.exec(text.slice(index + 1, index + LONGEST))?.[0]
    return local && domain ? [`${local}@${domain}`] : []
  })
}

/** `email=ada@example.com` and `/people/ada@example.com` hold an address at their end. */
function partsOf(candidate: string): string[] {
  const whole = candidate.replace(/[.-]+$/, '')
  const starts = [...whole.matchAll(/[=/+]/g)].map(({ index }) => whole.slice(index + 1))
  return [whole, ...starts]
}

/** `\u0040` is how some write JSON. */
function unescaped(text: string): string {
  return text.replace(/\\u([\da-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[\da-fA-F]{2})+/g, (codes) => Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'))
}
