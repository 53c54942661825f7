import type { RefusalReason } from './errors.ts'
import type { Fact, Finding } from './finding.ts'
import { COUNTED_DAYS, KNOWN_DAYS, type SourceState } from './sources.ts'

/** A source that is switched on, as people have to know it. */
export interface Source {
  readonly id: string
  readonly name: string
  /** The variable that holds its secret. */
  readonly variable: string
  /** Its proof covers the URL, so `PUBLIC_URL` has to be right. */
  readonly signsUrl: boolean
  /** Where it posts to: `/webhooks/<id>`, with the address of this server where that is known. */
  readonly url: string
  /** Its proof is the end of the URL, or may be. */
  readonly urlToken: 'always' | 'possible' | 'never'
}

export interface SourceFacts extends SourceState {
  readonly source: Source
  /** In quarantine now. */
  readonly kept: number
  /** Events of the counted days that have no name here. */
  readonly unnamed: number
}

const REFUSED: Readonly<Record<RefusalReason, string>> = {
  mismatch: 'with the wrong key',
  missing: 'without a proof',
  malformed: 'with a proof that cannot be read',
  stale: 'signed too long ago or in the future',
  replayed: 'repeating the proof of another',
}

/** What to do about refusals since a source last proved itself; whoever else may have knocked is no concern. */
const MEND: Readonly<Record<RefusalReason, (source: Source) => string>> = {
  mismatch: ({ name, variable, signsUrl }) =>
    `compare ${variable} with what ${name} shows${signsUrl ? ', and PUBLIC_URL with the address it posts to' : ''}`,
  missing: (source) =>
    source.urlToken === 'always'
      ? `let ${source.name} post to ${address(source)}`
      : `let ${source.name} prove its requests as docs/providers/${source.id}.md says`,
  malformed: () => 'let the proxy in front pass headers and bodies on as they are',
  stale: () => "set this machine's clock by a time server",
  replayed: ({ name, variable }) => `somebody repeats requests of ${name}: make a new key for ${variable}`,
}

/** `nameOf` says what people call the provider with an id. */
export function sourceFinding(facts: SourceFacts, nameOf: (id: string) => string): Finding {
  const fixes = fixesFor(facts, nameOf)
  return {
    name: facts.source.name,
    state: isProblem(facts) ? 'problem' : fixes.length > 0 ? 'quiet' : 'ok',
    facts: factsOf(facts, nameOf),
    fixes,
  }
}

function factsOf(facts: SourceFacts, nameOf: (id: string) => string): Fact[] {
  const { lastEventAt, lastDeliveryAt, accepted, duplicates, kept, unnamed, silence } = facts
  return [
    lastEventAt === null ? `nothing in ${KNOWN_DAYS} days` : { words: 'last event', at: lastEventAt },
    ...(lastDeliveryAt !== null && lastDeliveryAt !== lastEventAt
      ? [{ words: 'last delivery', at: lastDeliveryAt }]
      : []),
    ...(lastDeliveryAt === null ? [] : [`${accepted} accepted and ${duplicates} duplicates in ${COUNTED_DAYS} days`]),
    ...(silence?.isUnusual ? [silenceWords(silence)] : []),
    ...(kept > 0 ? [`${kept} kept unread`] : []),
    ...(unnamed > 0 ? [`${unnamed} of a kind that has no name here yet`] : []),
    ...facts.refused.map(({ what, count }) => `${count} refused ${REFUSED[what]}`),
    ...facts.misdirected.map(({ what, count }) => `${count} that look like those of ${nameOf(what)}`),
  ]
}

function silenceWords({ days, missed }: { readonly days: number; readonly missed: number }): string {
  return missed > 0 ? `silent on ${missed} days on which it usually delivers` : `silent for ${days} days`
}

/** Something came and could not be taken, or what usually comes does not. A tool that was never heard may not be in use. */
function isProblem(facts: SourceFacts): boolean {
  const { refused, misdirected } = unanswered(facts)
  const { quarantined, silence } = facts
  return (
    refused.length > 0 ||
    misdirected.length > 0 ||
    quarantined > 0 ||
    (silence?.isUnusual && silence.hasRhythm) === true
  )
}

/** What was turned away since the source last proved itself. */
function unanswered({ refused, misdirected, lastDeliveryAt, lastEventAt }: SourceFacts) {
  const since = (at: number | null) => (counted: { readonly lastAt: number }) => at === null || counted.lastAt > at
  return { misdirected: misdirected.filter(since(lastEventAt)), refused: refused.filter(since(lastDeliveryAt)) }
}

/** Where a source has to post to. Of a secret in the URL only the place is said. */
function address({ url, urlToken, variable, id }: Source): string {
  const proof = { always: `/<the value of ${variable}>`, possible: ' with its secret', never: '' }[urlToken]
  return `${url}${proof} (docs/providers/${id}.md)`
}

function fixesFor(facts: SourceFacts, nameOf: (id: string) => string): string[] {
  const { source, lastDeliveryAt, quarantined, silence } = facts
  const { id, name } = source
  const { refused, misdirected } = unanswered(facts)
  const causes = [
    ...misdirected.map(({ what }) => `let ${nameOf(what)} post to /webhooks/${what}, not to /webhooks/${id}`),
    // What came to the wrong URL had to be refused.
    ...(misdirected.length > 0 ? [] : refused.map(({ what }) => MEND[what](source))),
  ]
  const unheard =
    lastDeliveryAt === null
      ? [`let ${name} post to ${address(source)}`]
      : silence?.isUnusual
        ? [`look at ${name} whether its webhook is still there and what its log says`]
        : []
  return [
    ...(causes.length > 0 ? causes : unheard),
    ...(quarantined > 0 ? [`update this program, then: npm run -s crm -- replay --provider ${id}`] : []),
  ]
}
