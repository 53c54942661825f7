import type { TallyCounts } from '../statistics.ts'

/** A campaign of which too much bounced for good or was marked as spam: `count` of `sent`. */
export interface DeliverabilityWarning {
  readonly kind: 'bounced' | 'complained'
  readonly campaign: string
  readonly count: number
  readonly sent: number
}

/** With fewer a single bounce would be news. */
export const LEAST_SENT = 20

/** Above this share mailbox providers begin to hold it against the sender. */
export const LINES: Readonly<Record<DeliverabilityWarning['kind'], number>> = { complained: 0.001, bounced: 0.05 }

const KINDS = ['complained', 'bounced'] as const satisfies readonly DeliverabilityWarning['kind'][]

/** The worst first: of each line, how many times it was crossed. */
export function deliverabilityWarnings(
  campaigns: readonly { readonly campaign: string; readonly events: TallyCounts }[],
): DeliverabilityWarning[] {
  return campaigns
    .flatMap(({ campaign, events }) =>
      KINDS.map((kind) => ({ kind, campaign, count: events[kind] ?? 0, sent: sentOf(events) })),
    )
    .filter((warning) => warning.sent >= LEAST_SENT && excess(warning) > 1)
    .sort((a, b) => excess(b) - excess(a) || b.count - a.count || (a.campaign < b.campaign ? -1 : 1))
}

function excess({ kind, count, sent }: DeliverabilityWarning): number {
  return count / sent / LINES[kind]
}

/** Some tools do not say what they send, and what was sent the day before bounces today. */
function sentOf({ sent = 0, delivered = 0, bounced = 0, soft_bounced: soft = 0 }: TallyCounts): number {
  return Math.max(sent, delivered + bounced + soft)
}
