import type { EnrichmentTask } from '../store/rows.ts'
import { FIELDS, type Want } from './fields.ts'
import type { ProviderId, Terms } from './provider.ts'
import type { Subject } from './subject.ts'

/** Who is asked for what, in this order; the batch provider last, since it answers minutes later. */
const ORDER: Readonly<Record<Want, readonly ProviderId[]>> = {
  firstName: ['apollo', 'hunter', 'pdl', 'dropcontact'],
  lastName: ['apollo', 'hunter', 'pdl', 'dropcontact'],
  companyName: ['apollo', 'hunter', 'pdl', 'dropcontact'],
  jobTitle: ['apollo', 'hunter', 'pdl', 'dropcontact'],
  linkedinUrl: ['apollo', 'pdl', 'hunter', 'dropcontact'],
  phone: ['pdl', 'hunter', 'dropcontact'],
  industry: ['apollo', 'pdl', 'hunter', 'dropcontact'],
  seniorityLevel: ['apollo', 'hunter', 'pdl', 'dropcontact'],
  companySize: ['apollo', 'pdl', 'hunter', 'dropcontact'],
  location: ['apollo', 'hunter', 'pdl'],
  // Those that look at the mailbox itself; what others say of it is taken when it comes along.
  emailStatus: ['zerobounce', 'hunter', 'millionverifier', 'reacher'],
}

/** A way to ask a provider. */
export interface Askable {
  readonly terms: Terms
  readonly task: EnrichmentTask
  /** Its last call went well. */
  readonly isWell: boolean
}

/** What the address itself and lists say about asking at all. */
export interface Gates {
  readonly mayAskForCompany: boolean
  readonly mayAskForPerson: boolean
  /** False where the address cannot work. */
  readonly mayPay: boolean
}

const OF_THE_COMPANY: ReadonlySet<Want> = new Set<Want>(['companyName', 'industry', 'companySize'])

/** Why something is not asked for, or nobody could say it. */
export type Lack =
  | 'free_mail'
  | 'role_account'
  | 'address_fails'
  /** No provider is set up that could know. */
  | 'no_provider'
  /** Everybody who could know was asked. */
  | 'nobody_knows'
  | 'waiting'
  | 'budget'
  | 'rate_limited'
  | 'unavailable'
  | 'uncertain'

/** Why `want` is not worth a credit for such an address; undefined where it is. */
export function closedGate(want: Want, { mayAskForCompany, mayAskForPerson, mayPay }: Gates): Lack | undefined {
  if (!mayPay) return 'address_fails'
  if (want === 'emailStatus') return undefined
  if (OF_THE_COMPANY.has(want)) return mayAskForCompany ? undefined : 'free_mail'
  return mayAskForPerson ? undefined : 'role_account'
}

/** The task that finds out about `want`. */
export function taskFor(want: Want): EnrichmentTask {
  return want === 'emailStatus' ? 'verify' : 'find'
}

/**
 * Whom to ask next for what is `missing`: for the first of them that somebody is left for, in the
 * order for it; one whose last call failed after the others. Undefined where nobody is left.
 */
export function nextToAsk<A extends Askable>(
  missing: readonly Want[],
  desks: readonly A[],
  isLeft: (desk: A) => boolean,
): A | undefined {
  for (const want of inOrder(missing)) {
    const able = ORDER[want].flatMap((provider) => {
      return desks.filter((desk) => desk.terms.provider === provider && desk.task === taskFor(want) && isLeft(desk))
    })
    const [first] = [...able.filter(({ isWell }) => isWell), ...able]
    if (first) return first
  }
  return undefined
}

/** Whether anybody is there who could say `want`. */
export function couldKnow(want: Want, desks: readonly Askable[]): boolean {
  return desks.some(({ terms, task }) => task === taskFor(want) && ORDER[want].includes(terms.provider))
}

/** The address last: whoever is asked for the rest may say something of it. */
function inOrder(missing: readonly Want[]): Want[] {
  const known: readonly Want[] = [...FIELDS, 'emailStatus']
  return known.filter((want) => missing.includes(want))
}

/** Everybody who might be asked for what is `missing`, in turn, if nobody knew anything. */
export function atWorst<A extends Askable>(
  missing: readonly Want[],
  desks: readonly A[],
  isLeft: (desk: A) => boolean,
): A[] {
  const asked: A[] = []
  for (;;) {
    const next = nextToAsk(missing, desks, (desk) => isLeft(desk) && !asked.includes(desk))
    if (!next) return asked
    asked.push(next)
  }
}

/** True where the provider has answered about this person, or somebody is asking it just now. */
export function hasAnswered(
  { lookups }: Subject,
  { terms, task }: Pick<Askable, 'terms' | 'task'>,
  { print, now, again }: { readonly print: string; readonly now: number; readonly again: boolean },
): boolean {
  const lookup = lookups.find(({ provider, task: known }) => provider === terms.provider && known === task)
  if (!lookup || lookup.expiresAt <= now) return false
  if (lookup.outcome === 'asking' || lookup.outcome === 'waiting' || lookup.outcome === 'opted_out') return true
  if (again) return false
  return !(lookup.outcome === 'miss' && lookup.clue !== print)
}
