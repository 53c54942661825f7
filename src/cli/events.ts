import { Command } from 'commander'

import { InvalidInputError } from '../core/errors.ts'
import type { EngagementEvent } from '../core/event.ts'
import { contactByAddress } from '../core/store/contacts.ts'
import type { Database } from '../core/store/database.ts'
import { type EventRow, eventOf, latestEvents } from '../core/store/events.ts'
import { providers } from '../webhooks/providers/index.ts'
import { day, failed, plain, positive, print, withDatabase } from './context.ts'

interface Options {
  readonly email?: string
  readonly provider?: string
  readonly limit: number
  readonly json?: true
}

export function eventsCommand(): Command {
  return new Command('events')
    .description('list the latest events, newest first')
    .option('--email <address>', 'only of this contact')
    .option('--provider <id>', 'only from this provider')
    .option('--limit <n>', 'how many', positive, 50)
    .option('--json', 'print one JSON object a line')
    .action((options: Options) =>
      withDatabase(async ({ database }) => {
        const contact = options.email === undefined ? undefined : await contactByAddress(database, options.email)
        if (options.email !== undefined && !contact) return failed(`No contact matches ${options.email}.`)
        if (options.provider !== undefined) await checkProvider(database, options.provider)
        let left = options.limit
        let beforeSeq: number | undefined
        while (left > 0) {
          const filter = { contactId: contact?.id, provider: options.provider, beforeSeq }
          const page = await latestEvents(database, filter, Math.min(left, PAGE))
          for (const { event, recipient } of page) print((options.json ? eventJson : eventText)(event, recipient))
          if (page.length === 0) return
          left -= page.length
          beforeSeq = page.at(-1)?.event.seq
        }
      }),
    )
}

const PAGE = 500

/** Those of lists that were imported have ids that nobody knows beforehand. */
async function checkProvider(database: Database, provider: string): Promise<void> {
  const known = providers.map(({ id }) => id)
  if (known.includes(provider) || (await latestEvents(database, { provider }, 1)).length > 0) return
  throw new InvalidInputError(`There is no provider ${plain(provider)} (known: ${known.join(', ')}).`)
}

function eventText(event: EventRow, recipient: string): string {
  const { occurredAt, provider, url, ...what } = eventOf(event, recipient)
  return plain([day(occurredAt), provider, typeText(what), recipient, url ?? ''].join('  ').trim())
}

/** With a question mark where the machine is only suspected. */
export function typeText({
  type,
  machine,
  suspected,
}: Pick<EngagementEvent, 'type' | 'machine' | 'suspected'>): string {
  if (machine) return `${type} (machine)`
  return suspected ? `${type} (machine?)` : type
}

/** The words of product section 10. */
function eventJson(row: EventRow, recipient: string): string {
  const event = eventOf(row, recipient)
  const { bounce, reply } = event
  return JSON.stringify({
    id: event.id,
    provider: event.provider,
    type: event.type,
    class: event.class,
    recipient,
    occurred_at: new Date(event.occurredAt).toISOString(),
    received_at: new Date(event.receivedAt).toISOString(),
    message_id: event.messageId,
    campaign: event.campaign,
    tags: event.tags,
    metadata: event.metadata,
    url: event.url,
    user_agent: event.userAgent,
    machine: event.machine,
    ...(event.suspected === null ? {} : { suspected: event.suspected }),
    bounce: bounce && {
      smtp_code: bounce.smtpCode,
      enhanced_code: bounce.enhancedCode,
      reason: bounce.reason,
      provider_class: bounce.providerClass,
    },
    reply: reply && {
      from: reply.from,
      to: reply.to,
      subject: reply.subject,
      text: reply.text,
      html: reply.html,
      excerpt: reply.excerpt,
      in_reply_to: reply.inReplyTo,
      references: reply.references,
      auto: reply.auto,
    },
  })
}
