import type { EngagementEvent } from './event.ts'

export type EmailStatus = 'valid' | 'risky' | 'invalid' | 'unknown'

/** What was last learned about whether the address works. Nothing is valid by optimism. */
export interface EmailEvidence {
  readonly status: EmailStatus
  /** `reply`, `bounce`, an import, or the name of a verification provider. */
  readonly source: string
  /** UTC milliseconds. */
  readonly at: number
}

/** Worst last: at the same moment the worse news counts. */
const SEVERITY: readonly EmailStatus[] = ['unknown', 'valid', 'risky', 'invalid']

/** A person's reply proves that the address works, a hard bounce that it does not; nothing else says either. */
export function evidenceOf(event: EngagementEvent): EmailEvidence | null {
  if (event.type === 'replied') return { status: 'valid', source: 'reply', at: event.occurredAt }
  if (event.type === 'bounced' && event.class === 'hard')
    return { status: 'invalid', source: 'bounce', at: event.occurredAt }
  return null
}

/** What our own mail showed, which nobody knows better. */
export function isOwnMail({ source }: Pick<EmailEvidence, 'source'>): boolean {
  return source === 'reply' || source === 'bounce'
}

/** What our own mail showed before what others say, then the newer of the two, in an order that leaves no tie. */
export function bestEvidence(a: EmailEvidence | null, b: EmailEvidence | null): EmailEvidence | null {
  if (!a || !b) return a ?? b
  if (isOwnMail(a) !== isOwnMail(b)) return isOwnMail(a) ? a : b
  if (a.at !== b.at) return a.at > b.at ? a : b
  const [left, right] = [SEVERITY.indexOf(a.status), SEVERITY.indexOf(b.status)]
  if (left !== right) return left > right ? a : b
  return a.source <= b.source ? a : b
}
