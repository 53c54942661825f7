declare const nothingActive: unique symbol

/**
 * Text in Slack's mark-up in which nothing from outside is active. Only this module makes it, so a
 * string from a stranger cannot reach a message without having passed through here.
 */
export type Mrkdwn = string & { readonly [nothingActive]: true }

/** The one place that calls a string safe: every caller has escaped it or written it itself. */
function safe(text: string): Mrkdwn {
  return text as Mrkdwn
}

export const NOTHING = safe('-')

/** Our own words with safe values between them. */
export function mrkdwn(words: TemplateStringsArray, ...values: readonly (Mrkdwn | number)[]): Mrkdwn {
  return safe(String.raw({ raw: words }, ...values))
}

export function join(parts: readonly Mrkdwn[], separator: ' · ' | ', ' | ' ' | '\n'): Mrkdwn {
  return safe(parts.join(separator))
}

/** One line of somebody else's text. `limit` counts characters as Slack does, after escaping. */
export function text(value: string | null | undefined, limit = 200): Mrkdwn {
  return safe(cut(disarm(oneLine(value)), limit, escaped) || NOTHING)
}

/** Somebody else's text in a code span, where only a backtick and the three escaped characters mean anything. */
export function code(value: string | null | undefined, limit = 200): Mrkdwn {
  const content = cut(oneLine(value).replaceAll('`', LOOKALIKES['`']), limit, escaped)
  return content ? safe(`\`${content}\``) : NOTHING
}

/** One line for a `plain_text` object: nothing is active there, so nothing is escaped. */
export function plain(value: string | null | undefined, limit: number): string {
  return cut(oneLine(value), limit, (part) => part) || NOTHING
}

/** Several lines for a rich text element: literal there, so nothing is escaped. */
export function plainLines(value: string | null | undefined, limit: number): string {
  return cut(manyLines(value), limit, (part) => part) || NOTHING
}

/** A moment (UTC milliseconds) in the reader's own time zone and language. */
export function date(at: number, format: DateFormat = '{date_short_pretty} {time}'): Mrkdwn {
  if (!(Math.abs(at) <= LAST_MOMENT)) return NOTHING
  const [day = '', time = ''] = new Date(at).toISOString().split(/[T.]/)
  return safe(`<!date^${Math.floor(at / 1000)}^${format}|${day} ${time.slice(0, 5)} UTC>`)
}

export type DateFormat = '{date_short_pretty} {time}' | '{date_short_pretty}'

/** The last moment of the year 9999. */
const LAST_MOMENT = 253_402_300_799_999

/** A member of the workspace, by id; anything that is not an id is shown as text. */
export function user(id: string): Mrkdwn {
  return /^[UW][A-Z0-9]{1,30}$/.test(id) ? safe(`<@${id}>`) : text(id)
}

/** A channel, by id; anything that is not an id is shown as text. */
export function channel(id: string): Mrkdwn {
  return /^[CGD][A-Z0-9]{1,30}$/.test(id) ? safe(`<#${id}>`) : text(id)
}

/** A link if `url` is a web or mail address without a disguise in it, else the label alone. */
export function link(url: string, label: string): Mrkdwn {
  const target = URL.canParse(url) ? new URL(url) : undefined
  if (!target || !/^(?:https?|mailto):$/.test(target.protocol) || target.username || target.password) return text(label)
  const href = escaped(target.href.replace(/[|<>\s]/g, encodeURIComponent))
  return href.length <= 2000 ? safe(`<${href}|${text(label)}>`) : text(label)
}

export function count(value: number): Mrkdwn {
  return safe(NUMBER.format(value))
}

export function counted(value: number, one: string, many: string): Mrkdwn {
  return safe(`${NUMBER.format(value)} ${escaped(value === 1 ? one : many)}`)
}

const NUMBER = new Intl.NumberFormat('en-US')

/** The longest beginning of `whole` that Slack accepts, never ending inside an entity or a link. */
export function shorten(whole: Mrkdwn, limit: number): Mrkdwn {
  if (whole.length <= limit) return whole
  let kept = ''
  for (const [piece] of whole.matchAll(/<[^<>]*>|&(?:amp|lt|gt);|[^<&]+|[<&]/g)) {
    const room = limit - 1 - kept.length
    if (piece.length > room) {
      if (!/^[<&]/.test(piece)) kept += cut(piece, room + 1, (part) => part).slice(0, -1)
      break
    }
    kept += piece
  }
  return safe(`${kept.trimEnd()}…`)
}

/** The order matters: an ampersand escaped last would escape the other two again. */
function escaped(raw: string): string {
  return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * Slack has no escape for its formatting characters, and a zero-width space beside one counts as
 * the edge of a word, where formatting begins and ends. A look-alike is never formatting. Only an
 * underscore inside a word stays, because Slack does not format there and addresses need it.
 */
function disarm(line: string): string {
  return line
    .replace(/[*~`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, (mark) => LOOKALIKES[mark] ?? '')
    .replace(/:(?=[\w+'-]+:)/g, '∶')
    .replace(/^>/, '＞')
}

const LOOKALIKES: Readonly<Record<string, string>> & { readonly '`': string } = {
  '*': '∗',
  '~': '∼',
  '`': 'ˋ',
  _: 'ˍ',
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * Cuts what people see as one character, never half of it, so that the encoded text fits. Encoding
 * makes nothing shorter, so more than `limit` units of `raw` never need to be looked at.
 */
function cut(raw: string, limit: number, encode: (part: string) => string): string {
  const whole = encode(raw)
  if (whole.length <= limit) return whole
  let kept = ''
  for (const { segment } of graphemes.segment(raw.slice(0, limit))) {
    const next = encode(segment)
    if (kept.length + next.length > limit - 1) break
    kept += next
  }
  return `${kept.trimEnd()}…`
}

/** Of a text without end no more than this is looked at; three times what the longest field shows. */
const CONSIDERED = 10_000

function oneLine(value: string | null | undefined): string {
  return visible((value ?? '').slice(0, CONSIDERED).replace(SPACE, ' '))
    .replace(/ {2,}/g, ' ')
    .trim()
}

function manyLines(value: string | null | undefined): string {
  return (value ?? '')
    .slice(0, CONSIDERED)
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, '\n')
    .split('\n')
    .map((line) => visible(line.replace(SPACE, ' ')).trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Without what is not seen: controls, bidirectional overrides, zero-width characters and towers of accents. */
function visible(line: string): string {
  return line
    .toWellFormed()
    .replace(HIDDEN, '')
    .replace(STRAY_SELECTOR, '')
    .replace(STRAY_JOINER, '')
    .normalize('NFC')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
}

/** White space, without the byte order mark that JavaScript counts as such. */
const SPACE = /[[\s\u0085]--\ufeff]/gv
const HIDDEN = /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0e\ufe0f]]/gv
const STRAY_SELECTOR = /(?<!\p{Emoji})[\ufe0e\ufe0f]/gu
const JOINED_SCRIPTS = String.raw`\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Sinhala}\p{Script=Malayalam}`
/** Emoji and some scripts need joiners between their characters; elsewhere they only disguise. */
const STRAY_JOINER = new RegExp(
  String.raw`(?<!\ufe0f|[\p{Extended_Pictographic}\p{Emoji_Modifier}${JOINED_SCRIPTS}])(?:\u200c|\u200d)|(?:\u200c|\u200d)(?![\p{Extended_Pictographic}\p{L}])`,
  'gu',
)
