import { type EmailEvidence, type EmailStatus, isOwnMail } from '../email-status.ts'
import type { Claim, Claims } from './claims.ts'

const DAY_MS = 24 * 60 * 60_000

/** How long a check of an address counts, in milliseconds (enrichment sheet, section 8.4). */
const CHECKED_MS: Readonly<Record<EmailStatus, number>> = {
  valid: 60 * DAY_MS,
  risky: 30 * DAY_MS,
  invalid: 180 * DAY_MS,
  unknown: DAY_MS,
}

/** Who knows better: one who asked the mailbox, one who says so, a list or the DNS (section 8.3). */
const RANKS: ReadonlyMap<string, number> = new Map([
  ['zerobounce', 3],
  ['millionverifier', 3],
  ['reacher', 3],
  ['hunter', 3],
  ['dropcontact', 3],
  ['list', 1],
  ['dns', 1],
  ['syntax', 1],
  ['rule', 1],
  ['crm-sibling', 1],
  ['guess', 1],
])
const CLAIM_RANK = 2

const STATUSES: readonly EmailStatus[] = ['valid', 'risky', 'invalid', 'unknown']

interface Voice extends Claim {
  readonly source: string
  readonly status: EmailStatus
}

/**
 * What all that is said of an address at `now` (UTC milliseconds) comes to: those who know best
 * count, and where they contradict each other the address is risky. Null where nobody said
 * anything that still holds.
 */
export function emailVerdict({ emailStatus = {} }: Claims, now: number): EmailEvidence | null {
  const voices = Object.entries(emailStatus).flatMap(([source, claim]): Voice[] => {
    const status = STATUSES.find((known) => known === claim.value)
    // Neither a list nor the DNS can prove a mailbox, even where an import says so in their name.
    if (!status || (status === 'valid' && rankOf({ source }) < CLAIM_RANK)) return []
    return isCurrent({ status, at: claim.at }, now) ? [{ ...claim, source, status }] : []
  })
  const told = voices.filter(({ status }) => status !== 'unknown')
  const top = Math.max(...told.map(rankOf))
  const heard = (told.length > 0 ? told.filter((voice) => rankOf(voice) === top) : voices).sort(
    (a, b) => b.at - a.at || (a.source < b.source ? -1 : 1),
  )
  const [newest] = heard
  if (!newest) return null
  if (heard.every(({ status }) => status === newest.status)) {
    return { status: newest.status, source: newest.source, at: newest.at }
  }
  return {
    status: 'risky',
    source: heard
      .map(({ source }) => source)
      .sort()
      .join(', '),
    at: newest.at,
  }
}

function rankOf({ source }: Pick<Voice, 'source'>): number {
  return RANKS.get(source.split(':')[0] ?? '') ?? CLAIM_RANK
}

/** Whether a check still counts at `now`; what our own mail showed counts until it shows something else. */
export function isCurrent(
  { status, at, source = '' }: Pick<EmailEvidence, 'status' | 'at'> & { source?: string },
  now: number,
): boolean {
  return isOwnMail({ source }) || now - at < CHECKED_MS[status]
}

/** When an answer of this status should be asked for again at the earliest, UTC milliseconds. */
export function checkAgainAt(status: EmailStatus, at: number): number {
  return at + CHECKED_MS[status]
}
