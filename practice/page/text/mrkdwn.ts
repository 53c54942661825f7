import { now } from '../now.ts'
import { formatDate } from './date.ts'

/** As Slack's rich text block, as far as mark-up can say it. */
export interface RichText {
  readonly type: 'rich_text'
  readonly elements: Part[]
}

export interface Part {
  readonly type: 'rich_text_section' | 'rich_text_quote' | 'rich_text_preformatted'
  readonly elements: Inline[]
}

export type Inline = { readonly style?: Style } & (
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly url: string; readonly text?: string }
  | { readonly type: 'user'; readonly user_id: string }
  | { readonly type: 'channel'; readonly channel_id: string }
  | { readonly type: 'usergroup'; readonly usergroup_id: string }
  | { readonly type: 'broadcast'; readonly range: (typeof RANGES)[number] }
  | { readonly type: 'date'; readonly timestamp: number; readonly format: string }
  | { readonly type: 'emoji'; readonly name: string }
)

interface Style {
  readonly bold?: true
  readonly italic?: true
  readonly strike?: true
  readonly code?: true
}

/**
 * Slack's mark-up as rich text. slack-blocks-to-jsx draws rich text well, but reads mark-up as
 * Markdown, and not at all where `verbatim` is set, which in Slack only keeps bare addresses from
 * becoming links.
 */
export function readMrkdwn(text: string, { verbatim = false } = {}): RichText {
  const elements: Part[] = []
  for (const [index, part] of text.split('```').entries()) {
    const isCode = index % 2 === 1
    if (isCode && part.trim())
      elements.push({
        type: 'rich_text_preformatted',
        elements: [{ type: 'text', text: decode(part.replace(/^\n|\n$/g, '')) }],
      })
    if (!isCode) elements.push(...readLines(part, verbatim))
  }
  return { type: 'rich_text', elements }
}

/** Text in which only `:emoji:` means something, and where `emoji` is false not even that. */
export function readPlain(text: string, { emoji = true } = {}): RichText {
  const elements = emoji ? readEmoji(text, {}) : [{ type: 'text', text } as const]
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

const QUOTED = /^(?:&gt;|>)(?!&gt;) ?/

function readLines(text: string, verbatim: boolean): Part[] {
  const found: { quoted: boolean; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const quoted = QUOTED.test(line)
    const last = found.at(-1)
    const content = quoted ? line.replace(QUOTED, '') : line
    if (last?.quoted === quoted) last.lines.push(content)
    else found.push({ quoted, lines: [content] })
  }
  return found.flatMap(({ quoted, lines }) => {
    const elements = readInline(lines.join('\n'), {}, verbatim)
    if (elements.length === 0) return []
    return [{ type: quoted ? 'rich_text_quote' : 'rich_text_section', elements } as const]
  })
}

const INLINE =
  /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\3(?![\p{L}\p{N}])|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"])/gu

const MARKS: Readonly<Record<string, Style>> = { '*': { bold: true }, _: { italic: true }, '~': { strike: true } }

function readInline(text: string, style: Style, verbatim: boolean): Inline[] {
  const elements: Inline[] = []
  let read = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, reference, mark = '', inside = '', bare] = match
    elements.push(...readEmoji(decode(text.slice(read, match.index)), style))
    read = match.index + whole.length
    if (code !== undefined) elements.push(styled(decode(code), { ...style, code: true }))
    else if (reference !== undefined) elements.push(readReference(reference, style))
    else if (bare !== undefined)
      elements.push(verbatim ? styled(decode(whole), style) : { type: 'link', url: decode(bare), ...withStyle(style) })
    else elements.push(...readInline(inside, { ...style, ...MARKS[mark] }, verbatim))
  }
  return [...elements, ...readEmoji(decode(text.slice(read)), style)]
}

const RANGES = ['here', 'channel', 'everyone'] as const

/** What stands between angle brackets. */
function readReference(reference: string, style: Style): Inline {
  const [target = '', label] = reference.split(/\|(.*)/s)
  const id = target.slice(1)
  if (target.startsWith('@')) return { type: 'user', user_id: id, ...withStyle(style) }
  if (target.startsWith('#')) return { type: 'channel', channel_id: id, ...withStyle(style) }
  if (target.startsWith('!subteam^')) return { type: 'usergroup', usergroup_id: target.slice(9) }
  const range = RANGES.find((one) => target === `!${one}`)
  if (range) return { type: 'broadcast', range, ...withStyle(style) }
  const [, seconds, format = '', link] = /^!date\^(-?\d+)\^([^^]+)(?:\^(.+))?$/s.exec(target) ?? []
  if (seconds) {
    if (link)
      return { type: 'link', url: decode(link), text: formatDate(Number(seconds), format, now()), ...withStyle(style) }
    return { type: 'date', timestamp: Number(seconds), format, ...withStyle(style) }
  }
  if (/^(?:https?:|mailto:|tel:)/.test(target)) {
    const url = decode(target)
    return { type: 'link', url, text: decode(label ?? target.replace(/^mailto:/, '')), ...withStyle(style) }
  }
  return styled(`<${reference}>`, style)
}

const EMOJI = /:([a-z0-9_+'-]+):/g

function readEmoji(text: string, style: Style): Inline[] {
  const elements: Inline[] = []
  let read = 0
  for (const match of text.matchAll(EMOJI)) {
    const [whole, name = ''] = match
    // A time or a ratio such as 10:24:30 is none.
    if (/^\d+$/.test(name) && name !== '100' && name !== '1234') continue
    if (match.index > read) elements.push(styled(text.slice(read, match.index), style))
    elements.push({ type: 'emoji', name })
    read = match.index + whole.length
  }
  return read < text.length ? [...elements, styled(text.slice(read), style)] : elements
}

function styled(text: string, style: Style): Inline {
  return { type: 'text', text, ...withStyle(style) }
}

function withStyle(style: Style): { style?: Style } {
  return Object.keys(style).length > 0 ? { style } : {}
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

function decode(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity)
}
