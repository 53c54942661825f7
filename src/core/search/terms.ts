import { FilterError } from './filter-error.ts'

/** A piece of what was typed, and where it stands. */
export interface Item {
  readonly text: string
  readonly at: number
  readonly length: number
}

/** `key:value,"other value"`, or something without a key. */
export interface Term {
  readonly key: Item | null
  readonly items: readonly Item[]
  /** As it was typed. */
  readonly whole: string
  readonly at: number
  readonly length: number
}

const SPACE = /\s*/y
/** Neither the `https:` of an address of the web nor the `mailto:` of one of mail. */
const KEY = /(?!mailto:|https?:)([\p{L}_-]+):/iuy
const QUOTED = /"([^"]*)"|[“”„]([^“”„"]*)[“”"]/y
const BARE = /[^\s,]+/y
const WORD = /\S+/y
/** As Slack writes what it takes for a link; the label is what people see. */
const LINK = /^<(?:mailto:|https?:\/\/)[^|>]*\|([^>]+)>$/

/** Takes `text` apart; throws `FilterError` only for a quote in a filter that never ends. */
export function termsOf(text: string): Term[] {
  const terms: Term[] = []
  let at = lengthAt(SPACE, text, 0)
  while (at < text.length) {
    const end = endOfTerm(text, at, terms)
    at = end + lengthAt(SPACE, text, end)
  }
  return terms
}

function endOfTerm(text: string, at: number, terms: Term[]): number {
  const key = matchAt(KEY, text, at)
  const { items, end } = key ? valuesAt(text, at + key[0].length) : wordAt(text, at)
  terms.push({
    key: key ? { text: key[1] ?? '', at, length: key[0].length } : null,
    items: items.filter((item) => item.text !== ''),
    whole: text.slice(at, end),
    at,
    length: end - at,
  })
  return end
}

/** Whether a key stands anywhere in `text` but in quotes, known or not. */
export function hasKey(text: string): boolean {
  let at = lengthAt(SPACE, text, 0)
  while (at < text.length) {
    if (matchAt(KEY, text, at)) return true
    const { end } = wordAt(text, at)
    at = end + lengthAt(SPACE, text, end)
  }
  return false
}

interface Items {
  readonly items: readonly Item[]
  readonly end: number
}

function wordAt(text: string, at: number): Items {
  const quoted = matchAt(QUOTED, text, at)
  const length = quoted?.[0].length ?? lengthAt(WORD, text, at)
  const word = quoted ? (quoted[1] ?? quoted[2] ?? '') : unlinked(text.slice(at, at + length))
  return { items: [{ text: word, at, length }], end: at + length }
}

/** Values after a key: separated by commas, which may have a space behind them. */
function valuesAt(text: string, start: number): Items {
  const items: Item[] = []
  let at = start
  for (;;) {
    const quoted = matchAt(QUOTED, text, at)
    if (!quoted && /["“„]/.test(text.charAt(at)))
      throw new FilterError('the quote that opens here has no end.', { text, at, length: 1 })
    const length = quoted?.[0].length ?? lengthAt(BARE, text, at)
    const value = quoted ? (quoted[1] ?? quoted[2] ?? '') : unlinked(text.slice(at, at + length))
    items.push({ text: value.trim(), at, length })
    at += length
    if (text.charAt(at) !== ',') return { items, end: at }
    at += 1
    const next = at + lengthAt(SPACE, text, at)
    if (next === text.length || matchAt(KEY, text, next)) return { items, end: at }
    at = next
  }
}

function unlinked(word: string): string {
  return LINK.exec(word)?.[1] ?? word
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  return matchAt(pattern, text, at)?.[0].length ?? 0
}
