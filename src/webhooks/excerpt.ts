import { createContext, Script } from 'node:vm'
import EmailReplyParser from 'email-reply-parser'

import { storableText } from './storable.ts'

const MAX_EXCERPT = 2000
const MAX_READ = 20_000
/** Far longer than any mail that a person wrote needs, far shorter than anybody would notice. */
const PARSER_BUDGET_MS = 250

/** The new words of a mail: what the provider found them to be, or else `text` or `html` without quotes and signature. */
export function excerptOf(newText: string | null, text: string | null, html: string | null): string | null {
  const own = newText?.trim() || null
  const whole = text?.trim() ? text : html === null ? null : htmlToText(html)
  const excerpt = own ?? (whole === null ? null : withoutQuotes(whole.slice(0, MAX_READ)).trim())
  return excerpt ? cut(excerpt) : null
}

function cut(text: string): string {
  // A cut through a surrogate pair would leave half a character.
  return storableText(text.slice(0, MAX_EXCERPT).replace(/[\ud800-\udbff]$/, ''))
}

const parser = new EmailReplyParser()
const sandbox = createContext({ text: '', parse: (text: string) => parser.parseReply(text) })
const parse = new Script('parse(text)')

/**
 * The parser's expressions are not linear: 20 kB that repeat `Op schreef` keep it busy for
 * minutes. Only a script can be stopped, so it runs as one; what it cannot read in time stays whole.
 */
function withoutQuotes(text: string): string {
  try {
    sandbox.text = text
    const visible: unknown = parse.runInContext(sandbox, { timeout: PARSER_BUDGET_MS })
    // A mail that is all quote has been answered below or between the lines: better whole than empty.
    return typeof visible === 'string' && visible.trim() !== '' ? visible : text
  } catch {
    return text
  }
}

const HIDDEN = /^(?:script|style|head|title|template|noscript)$/
const BREAKS = /^(?:br|p|div|tr|li|ul|ol|table|h[1-6]|hr|blockquote|pre)$/
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** The words of `html` in one pass, for people to read and never to be shown as HTML again. Quotes become `> ` lines. */
export function htmlToText(html: string): string {
  const source = html.slice(0, 10 * MAX_READ)
  let text = ''
  let quotes = 0
  let hidden: string | undefined
  let at = 0
  while (at < source.length) {
    const open = source.indexOf('<', at)
    const words = source.slice(at, open < 0 ? source.length : open)
    if (!hidden) text += words.replace(/\s+/g, ' ')
    if (open < 0) break
    const close = source.startsWith('<!--', open) ? source.indexOf('-->', open) : source.indexOf('>', open)
    if (close < 0) break
    const [, slash, name = ''] = /^<(\/?)([a-z][a-z0-9]*)/i.exec(source.slice(open, open + 20)) ?? []
    const tag = name.toLowerCase()
    if (hidden) hidden = slash && tag === hidden ? undefined : hidden
    else if (!slash && HIDDEN.test(tag)) hidden = tag
    if (tag === 'blockquote') quotes = Math.max(0, quotes + (slash ? -1 : 1))
    if (!hidden && BREAKS.test(tag)) text += `\n${'> '.repeat(Math.min(quotes, 5))}`
    at = source.indexOf('>', close) + 1
  }
  return unescaped(text)
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (entity, decimal, hex, name) => {
    if (name) return ENTITIES[name.toLowerCase()] ?? entity
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : '\uFFFD'
  })
}
