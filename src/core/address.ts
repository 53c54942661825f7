import { domainToASCII } from 'node:url'

const LOCAL = String.raw`(?:"(?:[^"\\\p{Cc}]|\\[^\p{Cc}]){1,62}"|[^\s"<>()[\]:;,@\\|\p{Cc}]{1,64})`
const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_-]{0,62})`
const ADDRESS = new RegExp(`^${LOCAL}@${LABEL}(?:\\.${LABEL})*$`, 'u')
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'u')

/** As nearly all are written, with nothing around them. */
const PLAIN = /^[\w.+-]{1,64}@(?:[a-z\d][a-z\d-]{0,62}\.)*[a-z\d][a-z\d-]{0,62}$/i

const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g
const QUOTES = /^["'“”‘’«»‹›„‚`]+|["'“”‘’«»‹›„‚`]+$/g
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
}

const LONGEST = 320
/** Longer than any address with any name before it; more is not looked at. */
const MAX_LENGTH = 2000

/**
 * The one address in `text`, as written, or undefined. Takes what people paste and tools send:
 * `a@b.example`, `mailto:…`, Slack's `<mailto:…|…>`, `Name <…>`, quotes of every kind, a trailing
 * comma or full stop, invisible characters and HTML entities (Slack sheet, section 2.4).
 */
export function parseAddress(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  if (text.length <= LONGEST && PLAIN.test(text)) return text
  const clean = text
    .replace(/&(?:lt|gt|amp|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .trim()
  const inBrackets = [...clean.matchAll(/<([^<>|]*)(?:\|[^<>]*)?>/g)].map(([, inner = '']) => inner)
  const candidates = inBrackets.length > 0 ? inBrackets : [clean]
  return candidates.flatMap(readings).find(isAddress)
}

/** A quoted local part is part of an address; quotes around the whole are not. */
function readings(text: string): string[] {
  const bare = text
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/\?.*$/, '')
    .replace(/[,;.]+$/, '')
  return [bare, bare.replace(QUOTES, '').replace(/[,;.]+$/, '')].map((reading) => reading.trim())
}

export function isAddress(text: string): boolean {
  return text.length <= LONGEST && ADDRESS.test(text)
}

export function isDomain(text: string): boolean {
  return text.length <= 253 && DOMAIN.test(text)
}

/**
 * What addresses are compared by: two spellings with the same key are one person. Case and the
 * two spellings of an international domain do not count; plus tags and dots do.
 */
export function addressKey(address: string): string {
  if (PLAIN.test(address)) return address.toLowerCase()
  const [local, domain] = split(address.trim())
  return `${local.normalize('NFC').toLowerCase()}@${domainKey(domain)}`
}

export function domainOf(address: string): string {
  return domainKey(split(address.trim())[1])
}

/** `Bücher.example` and `xn--bcher-kva.example` are the same company. */
export function domainKey(domain: string): string {
  const lower = domain.normalize('NFC').toLowerCase()
  // `domainToASCII` costs as much as the rest of an event; plain ASCII is already its own answer.
  return /^[\w.-]*$/.test(lower) ? lower : domainToASCII(lower) || lower
}

function split(address: string): [local: string, domain: string] {
  const at = address.lastIndexOf('@')
  return [address.slice(0, at), address.slice(at + 1)]
}
