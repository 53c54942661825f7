import { fold } from '../name.ts'
import type { Suppression, SuppressionReason } from '../suppression.ts'
import { cutTo } from '../text.ts'
import { COLUMN_FIELDS, type Column, type ColumnField, fieldOf, plain } from './columns.ts'
import type { ReadRow, UnclearWord } from './inspection.ts'
import { pastTimeOf, timeOf } from './times.ts'

/** A column that may say of somebody not to write to them. */
export interface OptOutColumn {
  readonly index: number
  readonly name: string
  readonly kind: Kind
  /** Whether a cell becomes a field of the contact's own even if it is understood. */
  readonly isOwn: boolean
}

type Kind = keyof typeof USUAL | StatusKind | 'bounceReason'

/** How somebody or our mail to them is; some word about them; by what else they are reached; what else is theirs. */
type StatusKind = 'status' | 'label' | 'channel' | 'thing'

/** What a column says of whoever is marked in it; null leaves it to the columns beside it. */
const USUAL = {
  suppression: null,
  suppressedAt: null,
  unsubscribed: 'unsubscribed',
  unsubscribedAt: 'unsubscribed',
  bouncedAt: 'hard_bounce',
} as const satisfies Partial<Record<ColumnField, SuppressionReason | null>>

/** Filled with nothing but dates: what has a digit in it and is no date that we can read is one all the same. */
const OF_DATES: ReadonlySet<Kind> = new Set(['suppressedAt', 'unsubscribedAt', 'bouncedAt'])

/** The last word of a column's name, also where it is written together; not that of those who sell houses. */
const LIKE_STATUS = /(?:status|statut|stage|(?<!^(?:real)?e)state|estado|stato|category|disposition|consent)$/
const STATUS_ALONE = /^(?:status|statut|estado|stato)$/
const STATUS_OF_SOMEBODY = /(?:status|statut|estado|stato|stage)$/

const OF_MAIL = /mail|courriel|correo/
const OF_SOMEBODY =
  /mail|courriel|correo|lead|[ck]onta[ck]t|person|prospect|recipient|member|su[bs]scri|abonn|newsletter|marketing|campaign|sequence|outreach/
const OF_CHANNEL = of('sms|mms|text|(?:tele)?phone|telefon|mobile|fax|call|whats(?:app)?|push')
const OF_THING = of('payment|invoice|billing|ticket|case|order|data|deal')
/** Of an address to which nobody writes while the first one is there. */
const OF_OTHER_ADDRESS = /^(?:secondary|second|tertiary|third|other|alternate|alternative|additional|[2-9])$/

/** Of several reasons the first of these counts. */
const GRAVEST = ['complained', 'unsubscribed', 'opted_out', 'hard_bounce'] as const

/** HubSpot tells it by kind of mail: whoever opted out of one is not written to. */
const OF_ONE_KIND = /^optedoutofemail/
/** Whatever it is, the address bounced for good. */
const BOUNCE_REASONS = words('emailhardbouncereason emailhardbouncereasonkey hardbouncereason')

const REASONS: ReadonlyMap<string, SuppressionReason> = reasonsBy({
  unsubscribed: `unsubscribed unsubscribe unsub globalunsubscribe emailsunsubscribed unsubscribedfromallemail
    abgemeldet ausgetragen desabonne desinscrit desuscrito disiscritto`,
  complained: 'complained complaint complainedspam spam spamcomplaint spamreport markedasspam abuse abusecomplaint',
  opted_out: `optedout optout emailoptout emailoptedout donotcontact donotemail nichtkontaktieren nepascontacter
    nocontactar dnc blocklisted blacklisted`,
  // Whoever calls somebody bounced does not write to them; where it may pass, the word is another.
  hard_bounce: 'hardbounce hardbounced bouncedhard permanentbounce permanentlybounced bounced emailsbounced cleaned',
})

/** Said on the phone it may mean mail as well. */
const NO_CONTACT = words('donotcontact donotemail nichtkontaktieren nepascontacter nocontactar')
/** They say no where they stand beside a person or an address; a room is cleaned, too, and a customer has a complaint. */
const AMBIGUOUS = words('complained complaint spam abuse bounced cleaned dnc blocklisted blacklisted')

/** Among other words they may say no. To mail is to send a letter, too. */
const NEARLY: ReadonlySet<string> = new Set([...REASONS.keys(), ...words('donotmail dontmail dontemail dontcontact')])
/** Whether one is there at all, in what `plain` leaves: most cells have none, and some are long. */
const ANY_OF_THEM = new RegExp([...NEARLY].join('|'))
/** What any of them begins with. */
const BEGINNINGS: ReadonlySet<string> = new Set(
  [...NEARLY].flatMap((word) => Array.from(word, (_, at) => word.slice(0, at + 1))),
)
/** After these the word says the opposite, or what passes. */
const TURNS_ROUND = words('not no never longer without soft nicht kein keine nie non pas jamais mai nunca niet geen')

const YES = words('true yes y t 1 x on checked ✓ ✔ ☑ ✅ ja j wahr oui o vrai si s verdadero vero sim verdadeiro waar')
const NO = words(`
  false no n f 0 off unchecked - – — never none null nil na nan undefined unknown nein falsch non faux falso nao nee onwaar
  subscribed active optin optedin notunsubscribed notoptedout notsuppressed deliverable valid
`)

/** What of `columns` may say of somebody not to write to them; more than one may say the same. */
export function optOutsIn(columns: readonly Column[], header: readonly string[] | null): OptOutColumn[] {
  return columns.flatMap((column): OptOutColumn[] => {
    const { index } = column
    const name = header?.[index] ?? ''
    const field = 'field' in column ? column.field : fieldOf(name)
    if (field && isUsual(field)) {
      return [{ index, kind: field, name: name || COLUMN_FIELDS[field], isOwn: !('field' in column) }]
    }
    if (OF_ONE_KIND.test(plain(name))) return [{ index, kind: 'unsubscribed', name, isOwn: true }]
    if (BOUNCE_REASONS.has(plain(name))) return [{ index, kind: 'bounceReason', name, isOwn: true }]
    const kind = statusKindOf(name, field)
    return kind ? [{ index, kind, name, isOwn: true }] : []
  })
}

function statusKindOf(name: string, field: ColumnField | undefined): StatusKind | undefined {
  if (field === 'emailStatus') return 'status'
  const parts = partsOf(name)
  const last = parts.at(-1) ?? ''
  if (!LIKE_STATUS.test(last)) return field === 'status' ? 'status' : undefined
  const together = parts.join('')
  const says = (what: RegExp) => parts.some((part) => what.test(part))
  const isOfMail = OF_MAIL.test(together)
  if (says(OF_CHANNEL)) return isOfMail ? 'label' : 'channel'
  if (says(OF_THING)) return isOfMail ? 'label' : 'thing'
  if (says(OF_OTHER_ADDRESS)) return 'label'
  const isOfSomebody = STATUS_OF_SOMEBODY.test(last) && OF_SOMEBODY.test(together)
  return isOfSomebody || STATUS_ALONE.test(together) || fieldOf(name) === 'status' ? 'status' : 'label'
}

/** `lastState`, `LAST_STATE` and `Last state` have two. */
function partsOf(name: string): string[] {
  return fold(name.replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 '))
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
}

function isUsual(field: ColumnField | Kind): field is keyof typeof USUAL {
  return Object.hasOwn(USUAL, field)
}

/** What one cell says. `isPlain`: there is nothing in it that a person should read. */
type Saying = { readonly says: 'nothing' | 'what?' | 'perhaps'; readonly isPlain: boolean } | Stop

interface Stop {
  readonly says: 'stop'
  /** Null leaves it to the columns beside. */
  readonly reason: SuppressionReason | null
  readonly at: number | null
  readonly isPlain: boolean
}

const NOTHING: Saying = { says: 'nothing', isPlain: true }
const NOTHING_BUT_TEXT: Saying = { says: 'nothing', isPlain: false }
const PERHAPS: Saying = { says: 'perhaps', isPlain: false }

/** Words that such columns hold, in their many rows the same few. */
const known = new Map<string, Saying>()
const MOST_KNOWN = 1_000

function sayingOf(kind: Kind, text: string, listedAt: number | undefined): Saying {
  const key = `${kind} ${text}`
  const before = known.get(key)
  if (before) return before
  const saying = judged(kind, text, listedAt)
  // What has digits may be a date, and depends on when the list came.
  if (text.length > MAX_WORD || /\d/.test(text)) return saying
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, saying)
  return saying
}

const MAX_WORD = 40

function judged(kind: Kind, text: string, listedAt: number | undefined): Saying {
  const word = plain(text) || text
  if (kind === 'bounceReason')
    return NO.has(word) ? NOTHING : { says: 'stop', reason: 'hard_bounce', at: null, isPlain: true }
  const reason = REASONS.get(word)
  const isAmbiguous = AMBIGUOUS.has(word)
  if (kind === 'channel') return NO_CONTACT.has(word) ? PERHAPS : NOTHING
  if (kind === 'thing') return reason && !isAmbiguous ? PERHAPS : NOTHING
  if (kind === 'label' && isAmbiguous) return PERHAPS
  if (reason) return { says: 'stop', reason, at: null, isPlain: true }
  if (word === '' || NO.has(word) || isNought(text)) return NOTHING
  if (kind === 'status' || kind === 'label') return ANY_OF_THEM.test(word) && saysNearly(text) ? PERHAPS : NOTHING
  const stop = { says: 'stop', reason: USUAL[kind], at: null } as const
  if (YES.has(word)) return { ...stop, isPlain: true }
  const at = pastTimeOf(text, listedAt)
  if (at !== null) return { ...stop, at, isPlain: true }
  if (isNo(text) || isShare(text) || isNoDate(text, listedAt)) return NOTHING_BUT_TEXT
  return isDate(kind, text) ? { ...stop, isPlain: false } : { says: 'what?', isPlain: false }
}

/** `Unsubscribed (2024)`, `Do not contact or call`; but not `never bounced` or `resubscribed`. */
function saysNearly(text: string): boolean {
  const all = fold(text).split(/[^\p{L}\p{N}]+/u)
  for (let at = 0; at < all.length; ) {
    const end = endOfReason(all, at)
    if (end > at && !TURNS_ROUND.has(all[at - 1] ?? '')) return true
    at = Math.max(end, at + 1)
  }
  return false
}

/** Where the longest one ends that begins at `at`, which may be several words; `at` where none does. */
function endOfReason(all: readonly string[], at: number): number {
  let end = at
  let said = all[at] ?? ''
  for (let next = at + 1; BEGINNINGS.has(said); next += 1) {
    if (NEARLY.has(said)) end = next
    if (next === all.length) break
    said += all[next]
  }
  return end
}

/** `0`, `0.00%`, `00.00.0000` */
function isNought(text: string): boolean {
  return /0/.test(text) && !/[\p{L}1-9]/u.test(text)
}

/** `No (2024)`, `never - 2024-01-05`; but `no longer subscribed` and `active, unsubscribed 2024` are the opposite. */
function isNo(text: string): boolean {
  const [, first = ''] = /^\s*(\p{L}+)\s*(?![\p{L}\s])./u.exec(text) ?? []
  if (!NO.has(plain(first))) return false
  const said = plain(text)
  return !REASONS.keys().some((word) => said.includes(word))
}

function isShare(text: string): boolean {
  return /^\s*\d+(?:[.,]\d+)?\s*%\s*$/.test(text)
}

/** `1/5/23` has one more. */
const FEWEST_DIGITS = 3

/** Whether it is one, in whatever order; a link has digits, too, and so has a rate. */
function isDate(kind: Kind, text: string): boolean {
  if (/:\/\/|@/.test(text)) return false
  if (OF_DATES.has(kind)) return /[1-9]/.test(text)
  return !/^\d{1,3}[.,]\d+$/.test(text) && (text.match(/\d/g)?.length ?? 0) >= FEWEST_DIGITS
}

/** What programs write for no date, in any order of its parts: one of long ago, or after the list came. */
function isNoDate(text: string, listedAt: number | undefined): boolean {
  if (timeOf(text) !== null) return pastTimeOf(text, listedAt) === null
  const written = /^\s*(\d{4})[./-]\d{1,2}(?!\d)|(?<!\d)(?:\d{1,2}|\p{L}+)[./-](\d{4})(?!\d)/u.exec(text)
  const year = written?.[1] ?? written?.[2]
  return year !== undefined && pastTimeOf(`${year}-01-01`, listedAt) === null
}

/** What the cell of one column says. */
interface Said {
  readonly column: OptOutColumn
  readonly text: string
  readonly saying: Saying
}

/** What one row says about writing to somebody; cells that say nothing are not among it. */
export function saidIn(
  cells: readonly string[],
  columns: readonly OptOutColumn[],
  listedAt: number | undefined,
): readonly Said[] {
  const said: Said[] = []
  for (const column of columns) {
    const text = cells[column.index]?.trim()
    if (!text) continue
    const saying = sayingOf(column.kind, text, listedAt)
    if (saying !== NOTHING) said.push({ column, text, saying })
  }
  return said
}

/**
 * Whatever column says so, in whatever way: nobody is written to of whom a list says not to. What a
 * column says without a date holds since the list came. `keep` gets what is left for people to read.
 */
export function suppressionIn(
  said: readonly Said[],
  listedAt: number | undefined,
  keep: (name: string, text: string) => void,
): Suppression | null {
  const stops = said.flatMap(({ saying }) => (saying.says === 'stop' ? [saying] : []))
  const suppression = stops.length > 0 ? suppressionOf(stops, listedAt) : null
  for (const { column, text, saying } of said) {
    if (!column.isOwn && (!saying.isPlain || suppression === null)) keep(column.name, text)
  }
  return suppression
}

/** Of several rows. */
export function unclearAmong(rows: readonly ReadRow[]): UnclearWord[] {
  return rows.flatMap((row) => ('contact' in row ? (row.unclear ?? []) : []))
}

/** What of it nobody understands. */
export function unclearIn(said: readonly Said[]): UnclearWord[] {
  return said.flatMap(({ column: { kind, name }, text, saying: { says } }) =>
    says === 'what?' || says === 'perhaps' ? [{ column: name, text, isUsual: isUsual(kind) }] : [],
  )
}

function suppressionOf(said: readonly Stop[], listedAt: number | undefined): Suppression | null {
  const reason = GRAVEST.find((each) => said.some((saying) => saying.reason === each)) ?? 'unsubscribed'
  const datesOf = (of: SuppressionReason | null) =>
    said.flatMap((saying) => (saying.reason === of ? (saying.at ?? []) : []))
  const [since = listedAt] = [...datesOf(reason).sort((a, b) => b - a), ...datesOf(null)]
  return since === undefined ? null : { reason, since, event: 'import' }
}

const SHOWN = 3

/** Counts what nobody understands, column by column, for whoever imports to look at first. */
export class Unclear {
  readonly #byColumn = new Map<string, { count: number; readonly isUsual: boolean; readonly examples: Set<string> }>()

  add(words: readonly UnclearWord[]): void {
    for (const { column, text, isUsual } of words) {
      const told = this.#byColumn.get(column) ?? { count: 0, isUsual, examples: new Set() }
      this.#byColumn.set(column, told)
      told.count += 1
      if (told.examples.size < SHOWN) told.examples.add(text)
    }
  }

  get sentences(): string[] {
    return [...this.#byColumn].map(([name, { count, isUsual, examples }]) => {
      const column = `the column "${cutTo(name, 80)}"`
      const shown = [...examples].map((text) => `"${cutTo(text, 40)}"`).join(', ')
      const [say, suppress] = count === 1 ? ['says', 'suppresses'] : ['say', 'suppress']
      const what = isUsual ? `${say} nothing we understand` : `may say not to write, but ${suppress} nobody`
      const values = count === 1 ? '1 value' : `${count.toLocaleString('en-US')} values`
      const whom = count === 1 ? 'it before you write to this person' : 'them before you write to these people'
      return `${values} of ${column} ${what} (${shown}): look at ${whom}.`
    })
  }
}

/** A word of a column's name, also where it is written together with what it is the status of. */
function of(what: string): RegExp {
  return new RegExp(`^(?:${what})s?(?:marketing)?(?:status|stage|state|category|disposition|consent)?$`)
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

function reasonsBy(said: Readonly<Record<SuppressionReason, string>>): Map<string, SuppressionReason> {
  return new Map(GRAVEST.flatMap((reason) => [...words(said[reason])].map((word) => [word, reason] as const)))
}
