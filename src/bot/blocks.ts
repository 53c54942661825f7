import type { types } from '@slack/bolt'

import { join, type Mrkdwn, mrkdwn, plain, plainLines, shorten } from './mrkdwn.ts'

/** What the bot says: the sentence that notifications and screen readers get, and what is drawn. */
export interface Message {
  readonly text: Mrkdwn
  readonly blocks: types.KnownBlock[]
  /** The same with charts, for messages in workspaces that take them. */
  readonly charted?: readonly (types.KnownBlock | ChartBlock)[]
}

/** Slack's own chart (Slack sheet, section 10.5). Slack's types do not know it yet. */
export interface ChartBlock extends types.Block {
  readonly type: 'data_visualization'
  readonly title: string
  readonly chart: {
    readonly type: 'bar' | 'line'
    readonly series: readonly ChartSeries[]
    readonly axis_config: { readonly categories: readonly string[]; readonly y_label: string }
  }
}

interface ChartSeries {
  readonly name: string
  readonly data: readonly { readonly label: string; readonly value: number }[]
}

/** Limits are Slack's own, section 10 of the Slack sheet. */
export function message(text: Mrkdwn, blocks: readonly types.KnownBlock[]): Message {
  return { text: shorten(text, 3000), blocks: blocks.slice(0, MOST_BLOCKS) }
}

const MOST_BLOCKS = 50
const MOST_CHARTS = 2

/** A part of a message that a chart can show. */
export interface Drawn {
  readonly charts: readonly ChartBlock[]
  /** The same figures in classic blocks: with bars, and below a chart without. */
  readonly bars: types.KnownBlock
  readonly figures: types.KnownBlock
}

export function drawnMessage(text: Mrkdwn, parts: readonly (types.KnownBlock | Drawn)[]): Message {
  const classic = message(
    text,
    parts.map((part) => ('bars' in part ? part.bars : part)),
  )
  let left = MOST_CHARTS
  const charted = parts.flatMap((part) => {
    if (!('bars' in part)) return [part]
    const charts = part.charts.slice(0, left)
    left -= charts.length
    return charts.length > 0 ? [...charts, part.figures] : [part.bars]
  })
  return left < MOST_CHARTS && charted.length <= MOST_BLOCKS ? { ...classic, charted } : classic
}

export function header(text: string): types.HeaderBlock {
  return { type: 'header', text: plainText(text, 150) } satisfies types.KnownBlock
}

export function section(text: Mrkdwn, accessory?: types.Button | types.Overflow): types.SectionBlock {
  return {
    type: 'section',
    text: marked(text, 3000),
    ...(accessory ? { accessory } : {}),
  } satisfies types.KnownBlock
}

/** Labels and values in two columns; at most ten are shown. */
export function fields(entries: readonly (readonly [label: Mrkdwn, value: Mrkdwn])[]): types.SectionBlock {
  const shown = entries.slice(0, 10).map(([label, value]) => marked(mrkdwn`*${label}*\n${value}`, 2000))
  return { type: 'section', fields: shown } satisfies types.KnownBlock
}

export function context(...texts: readonly Mrkdwn[]): types.ContextBlock {
  return { type: 'context', elements: [marked(join(texts, ' · '), 3000)] } satisfies types.KnownBlock
}

/** Somebody else's words exactly as they are, such as an address that will be copied. */
export function literalContext(...texts: readonly string[]): types.ContextBlock {
  return {
    type: 'context',
    elements: texts.slice(0, 10).map((text) => plainText(text, 500)),
  } satisfies types.KnownBlock
}

/** The same among our own words. */
export function mixedContext(...parts: readonly (Mrkdwn | { readonly literal: string })[]): types.ContextBlock {
  return {
    type: 'context',
    elements: parts
      .slice(0, 10)
      .map((part) => (typeof part === 'string' ? marked(part, 2000) : plainText(part.literal, 500))),
  } satisfies types.KnownBlock
}

export function actions(
  ...elements: readonly (types.Button | types.Overflow | types.StaticSelect)[]
): types.ActionsBlock {
  return { type: 'actions', elements: elements.slice(0, 25) } satisfies types.KnownBlock
}

export interface ButtonOptions {
  readonly label: string
  readonly action: string
  readonly value: string
  readonly primary?: boolean
  /** Asked before the button does anything. */
  readonly confirm?: Confirmation
}

export interface Confirmation {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly no: string
}

export function button({ label, action, value, primary = false, confirm }: ButtonOptions): types.Button {
  // A value cut short would be another value.
  if (value.length > 2000) throw new RangeError('a button cannot carry more than 2,000 characters')
  return {
    type: 'button',
    action_id: action,
    text: plainText(label, 75),
    value,
    ...(primary ? { style: 'primary' } : {}),
    ...(confirm ? { confirm: confirmation(confirm) } : {}),
  }
}

function confirmation({ title, text, yes, no }: Confirmation): types.ConfirmationDialog {
  return {
    title: plainText(title, 100),
    text: plainText(text, 300),
    confirm: plainText(yes, 30),
    deny: plainText(no, 30),
  }
}

/** A menu behind three dots, of one to five entries. */
export function overflow(
  action: string,
  entries: readonly (readonly [label: string, value: string])[],
): types.Overflow {
  if (entries.length > 5) throw new RangeError('a menu cannot have more than five entries')
  const options = entries.map(([label, value]) => {
    if (value.length > 75) throw new RangeError('an entry of a menu cannot carry more than 75 characters')
    return { text: plainText(label, 75), value }
  })
  return { type: 'overflow', action_id: action, options }
}

/** A menu that acts when something is chosen, of at most a hundred entries. */
export function menu(
  action: string,
  placeholder: string,
  entries: readonly (readonly [label: string, value: string])[],
): types.StaticSelect {
  const options = entries.slice(0, 100).map(([label, value]) => ({ text: plainText(label, 75), value }))
  return { type: 'static_select', action_id: action, placeholder: plainText(placeholder, 150), options }
}

/** Rows below a first one that says what is in the columns; a message can have one, of a hundred rows. */
export function table(rows: readonly (readonly string[])[]): types.TableBlock {
  return {
    type: 'table',
    rows: rows.slice(0, 100).map((row) => row.map((cell) => ({ type: 'raw_text', text: plain(cell, 200) }))),
    column_settings: rows[0]?.map(() => ({ is_wrapped: true })) ?? [],
  } satisfies types.KnownBlock
}

export function divider(): types.DividerBlock {
  return { type: 'divider' } satisfies types.KnownBlock
}

/** Somebody else's words, quoted: in rich text nothing in them is active, neither links nor mentions. */
export function quote(text: string, limit = 1500): types.RichTextBlock {
  const element = { type: 'text', text: plainLines(text, limit) } as const
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_quote', elements: [element] }],
  } satisfies types.KnownBlock
}

/** Columns that line up. */
export function preformatted(lines: readonly string[]): types.RichTextBlock {
  const element = { type: 'text', text: lines.join('\n').slice(0, 3000) || '-' } as const
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [element] }],
  } satisfies types.KnownBlock
}

function marked(text: Mrkdwn, limit: number): types.MrkdwnElement {
  // Without `verbatim` Slack makes links of addresses and URLs in the text.
  return { type: 'mrkdwn', text: shorten(text, limit) || '-', verbatim: true }
}

function plainText(text: string, limit: number): types.PlainTextElement {
  // `emoji: false`, or a name could hold `:no_entry:`.
  return { type: 'plain_text', text: plain(text, limit), emoji: false }
}
