import type { types } from '@slack/bolt'

import type { CardEvent, ContactCard } from '../../core/contact-card.ts'
import type { Page } from '../../core/page.ts'
import { context, header, literalContext, type Message, message, quote, section } from '../blocks.ts'
import { counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { pageButtons } from './pages.ts'
import { campaignName, doubtOf, happened, nameOf, whoIs } from './words.ts'

/** Each may have words that are quoted, and a page has fifty blocks. */
export const EVENTS_A_PAGE = 15

/** What happened with a contact, newest first. */
export function contactTimelineView(card: ContactCard, page: Page<CardEvent>): Message {
  const { rows } = page
  const events = eventCount(card)
  return message(mrkdwn`What happened with ${whoIs(card)}.`, [
    header(nameOf(card)),
    literalContext(card.email),
    ...(rows.length === 0 ? [section(NOTHING_YET)] : timeline(rows)),
    ...(events > 0 ? [context(mrkdwn`${counted(events, 'event', 'events')} in all, by when they happened`)] : []),
    ...pageButtons('contact_timeline', card.id, page),
  ])
}

export function eventCount({ counters }: Pick<ContactCard, 'counters'>): number {
  return Object.values(counters).reduce((sum, tally) => sum + (tally?.count ?? 0), 0)
}

const NOTHING_YET = mrkdwn`Nothing has happened yet. What the e-mail tools report comes here by itself.`

/** A section may have 3,000 characters. */
const MOST_IN_A_SECTION = 2900

/** Lines with what was written below them; lines that nothing stands between share a block. */
export function timeline(events: readonly CardEvent[]): types.KnownBlock[] {
  if (events.length === 0) return [section(mrkdwn`Nothing has happened yet.`)]
  const blocks: types.KnownBlock[] = []
  let lines: Mrkdwn[] = []
  let length = 0
  const flush = () => {
    if (lines.length > 0) blocks.push(section(join(lines, '\n')))
    lines = []
    length = 0
  }
  for (const event of events) {
    const line = timelineLine(event)
    if (length + line.length > MOST_IN_A_SECTION) flush()
    lines.push(line)
    length += line.length + 1
    if (!event.excerpt?.trim()) continue
    flush()
    blocks.push(quote(event.excerpt))
  }
  flush()
  return blocks
}

/** "Today 10:24 · Clicked pricing.acme.com · Spring launch, step 2". */
export function timelineLine(event: CardEvent): Mrkdwn {
  const detail = event.url ? hostOf(event.url) : (event.subject ?? event.reason)
  const campaign = campaignName(event.campaign)
  const what = happened(event)
  const doubt = event.suspected ? [text(doubtOf(event.suspected))] : []
  return join(
    [
      date(event.occurredAt),
      join([detail?.trim() ? mrkdwn`${text(what)} ${text(detail, 120)}` : text(what), ...doubt], ', '),
      ...(campaign ? [text(campaign, 80)] : []),
    ],
    ' · ',
  )
}

/** The host only, and never as a link: following it from here would count as the contact's click. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url : url
}
