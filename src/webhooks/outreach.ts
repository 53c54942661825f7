import type { Campaign, EventType, Reply } from '../core/event.ts'
import { excerptOf } from './excerpt.ts'
import { type Fields, picked } from './fields.ts'
import { parseJson } from './json.ts'
import type { WebhookRequest } from './provider.ts'

// What the tools that send from people's own mailboxes have in common (e-mail sheet, section 6).

/** One activity, or a list of them. */
export function activitiesIn({ body }: Pick<WebhookRequest, 'body'>): readonly unknown[] {
  const value = parseJson(body)
  return Array.isArray(value) ? value : [value]
}

/** Looks names up without regard to case: each tool's own pages spell them differently. */
export function byName<T>(table: Readonly<Record<string, T>>): (name: string | null) => T | undefined {
  const known = new Map(Object.entries(table).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => (name === null ? undefined : known.get(name.toLowerCase()))
}

/** What an event is told apart by: its type, where two names mean one thing, else its name. */
export function distinctName(type: EventType, name: string | null): string | null {
  return type === 'lead_status' || type === 'unknown' ? (name?.toLowerCase() ?? null) : type
}

/** None where nothing of it is known: not everything that is said of a lead belongs to a campaign. */
export function campaignFrom(id: string | null, name: string | null, step: string | null): Campaign | null {
  return id === null && name === null && step === null ? null : { id, name, step }
}

/** `not_interested` of `Not Interested` and `notInterested`. */
export function leadStatus(label: string): string {
  return label
    .trim()
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[\s_./-]+/g, '_')
}

/** What stands beside a tool's own fields: the variables of the lead, which it merges in. */
export function besides(fields: Fields, own: ReadonlySet<string>): Record<string, unknown> {
  return picked(
    fields,
    Object.keys(fields).filter((name) => !own.has(name)),
  )
}

interface Told {
  readonly from: string
  readonly to?: string | null
  readonly subject?: string | null
  readonly text?: string | null
  readonly html?: string | null
  /** The tool's own preview, which may be cut short. */
  readonly snippet?: string | null
  /** The message that it answers, without angle brackets. */
  readonly inReplyTo?: string | null
  readonly auto?: boolean
}

/** An answer as the tool tells it, rather than as a mail. */
export function toldReply({ from, text = null, html = null, snippet = null, ...rest }: Told): Reply {
  return {
    from,
    to: rest.to ?? null,
    subject: rest.subject ?? null,
    text,
    html,
    excerpt: excerptOf(null, text, html) ?? excerptOf(snippet, null, null),
    inReplyTo: rest.inReplyTo ?? null,
    references: [],
    auto: rest.auto ?? false,
  }
}

const HTML = /<(?:html|body|div|p|br|span|table|blockquote|a)\b[^>]*>/i

/** Words of which the tool does not say whether they are HTML. */
export function asBody(words: string | null): { readonly text: string | null; readonly html: string | null } {
  return words !== null && HTML.test(words) ? { text: null, html: words } : { text: words, html: null }
}
