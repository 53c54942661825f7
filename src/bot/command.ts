import { parseAddress } from '../core/address.ts'
import { InvalidInputError } from '../core/errors.ts'
import { FORMATS, type Format } from '../core/export/file.ts'
import { type Mailbox, parseMailbox } from '../core/mailbox.ts'
import { splitName } from '../core/name.ts'
import { hasKey, type Term, termsOf } from '../core/search/terms.ts'
import { type ChangeCommand, isChange, parseChange } from './change-command.ts'
import { type DigestCommand, parseDigest } from './digest-command.ts'
import type { Scope } from './stats-scope.ts'
import { afterVerb, decoded, tidy } from './typed.ts'

export const PERIODS = [7, 30, 90] as const

export type Period = (typeof PERIODS)[number]

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'lookup'; readonly who: string }
  /** Nobody is named yet. */
  | { readonly kind: 'pick' }
  | { readonly kind: 'stats'; readonly scope: Scope }
  /** Whoever is to be added, as far as it was typed. */
  | { readonly kind: 'add'; readonly person: Partial<Mailbox> }
  | { readonly kind: 'import' }
  | ChangeCommand
  | { readonly kind: 'company'; readonly who: string }
  /** Without a name, those that happened last. */
  | { readonly kind: 'campaign'; readonly name: string | null }
  /** Words and filters (`core/search/filter.ts`); everybody where there are none. */
  | { readonly kind: 'search'; readonly text: string }
  | { readonly kind: 'enrich'; readonly who: string }
  /** Everybody whom a filter (`core/search/filter.ts`) means. */
  | { readonly kind: 'enrich_many'; readonly filter: string }
  | { readonly kind: 'forget'; readonly who: string }
  /** Those whom words and filters mean, as a file; everybody where there are none. */
  | { readonly kind: 'export'; readonly text: string; readonly format: Format }
  | { readonly kind: 'health' }
  | DigestCommand
  | { readonly kind: 'alerts' }

/** Reads the text after `/crm` as people type and paste it, and as their devices "correct" it. */
export function parseCommand(text: string): Command {
  const typed = decoded(text)
  const line = tidy(typed)
  const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/.exec(line) ?? []
  const word = unquote(verb).toLowerCase()
  if (isChange(word)) return parseChange(word, afterVerb(typed))
  switch (word) {
    case '':
    case 'help':
    case '?':
      return { kind: 'help' }
    case 'lookup':
      return rest === '' ? { kind: 'pick' } : { kind: 'lookup', who: whoIn(rest, LOOKUP) }
    case 'enrich':
      return hasKey(rest) ? { kind: 'enrich_many', filter: rest } : { kind: 'enrich', who: whoIn(rest, ENRICH) }
    case 'stats':
      return { kind: 'stats', scope: scopeIn(rest) }
    case 'add':
      return { kind: 'add', person: parseMailbox(rest) ?? splitName(nameIn(rest)) }
    case 'company':
      return { kind: 'company', who: whoIn(rest, COMPANY) }
    case 'campaign':
    case 'campaigns':
      return { kind: 'campaign', name: [...unquote(rest)].slice(0, 500).join('') || null }
    case 'search':
      return { kind: 'search', text: searchIn(rest, true) }
    case 'list':
      return { kind: 'search', text: searchIn(rest, false) }
    case 'import':
      return { kind: 'import' }
    case 'export':
      return exportIn(rest)
    case 'forget':
      return { kind: 'forget', who: whoIn(rest, FORGET) }
    case 'health':
      return { kind: 'health' }
    case 'digest':
      return parseDigest(rest)
    case 'alert':
    case 'alerts':
      return { kind: 'alerts' }
    default:
      return { kind: 'lookup', who: whoIn(line, LOOKUP) }
  }
}

const LOOKUP = 'Who? Type an address, a name or a domain: /crm lookup ada@example.com'
const COMPANY = 'Which company? Type its domain, or an address there: /crm company acme.com'
const ENRICH =
  'Who? One contact by address, name or domain: /crm enrich ada@example.com. Many by a filter, with the cost shown first: /crm enrich campaign:"Spring launch" status:new'

const FORGET = 'Whom? Type the address of the person who is to be erased: /crm forget ada@example.com'

const SEARCH =
  'What for? The beginning of a name, company, title, address or tag: /crm search ada. Everybody, or by filters alone: /crm list status:new'

/** Has to fit into a button, with the page that it turns to. */
const MOST_SEARCHED = 1800

function searchIn(text: string, isNeeded: boolean): string {
  if (isNeeded && text === '') throw new InvalidInputError(SEARCH)
  if (text.length > MOST_SEARCHED)
    throw new InvalidInputError('This is too long to search for. Type fewer words: /crm search ada')
  return text
}

/** `json tag:vip`: the format may stand first. */
function exportIn(text: string): Command {
  const [, first = '', rest = ''] = /^(\S*) ?(.*)$/.exec(text) ?? []
  const format = FORMATS.find((known) => known === first.toLowerCase())
  return { kind: 'export', text: searchIn(format ? rest : text, false), format: format ?? 'csv' }
}

/** Throws `advice` where nobody is named. */
function whoIn(text: string, advice: string): string {
  const who = parseAddress(text) ?? domainOfUrl(text) ?? nameIn(text)
  if (!who) throw new InvalidInputError(advice)
  return [...who].slice(0, 320).join('')
}

/** `https://www.acme.com/about`, also as the link that Slack makes of it. */
function domainOfUrl(text: string): string | undefined {
  const url = /^<?(https?:\/\/[^|>\s]+)(?:\|[^>]*)?>?$/i.exec(text)?.[1]
  return url && URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : undefined
}

function nameIn(text: string): string {
  return unquote(text)
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/^(?:- ?)+|^@(?=[^@\s]+\.[^@\s]+$)/, '')
    .trim()
}

/** A period, a campaign and a tag, each where it is given: `90d campaign:"Spring launch" tag:vip`. */
function scopeIn(text: string): Scope {
  const terms = termsOf(text)
  const named = (key: string) => terms.filter((term) => term.key?.text.toLowerCase() === key).flatMap((t) => t.items)
  const [campaigns, tags] = [named('campaign'), named('tag')]
  const isOther = ({ key }: Term) => key !== null && !/^(?:campaign|tag)$/i.test(key.text)
  if (terms.some(isOther) || campaigns.length > 1 || tags.length > 1) throw new InvalidInputError(STATS)
  const period = terms.filter(({ key }) => key === null).map(({ whole }) => whole)
  return {
    days: parsePeriod(period.join(' ')),
    campaign: campaigns[0]?.text ?? null,
    tag: tags[0]?.text.replace(/^#/, '') || null,
  }
}

const STATS = 'Statistics can be narrowed to one campaign and one tag: /crm stats 30d campaign:"Spring launch" tag:vip'

function parsePeriod(text: string): Period {
  if (!text) return 30
  const days = Number(/^[-‐‑‒–—−]* ?(?:last )?(\d{1,3}) ?(?:d|days?)?[.,]?$/i.exec(unquote(text))?.[1])
  const period = PERIODS.find((candidate) => candidate === days)
  if (!period) throw new InvalidInputError('Statistics cover the last 7, 30 or 90 days: /crm stats 30d')
  return period
}

function unquote(text: string): string {
  return text.replace(/^["'“”‘’«»‹›„‚`*]+|["'“”‘’«»‹›„‚`*]+$/g, '').trim()
}
