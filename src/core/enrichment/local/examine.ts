import { domainOf } from '../../address.ts'
import type { EmailStatus } from '../../email-status.ts'
import { type Claim, claim } from './claim.ts'
import { loadLists } from './lists.ts'
import type { MailDomain, MailDomains } from './mail-domains.ts'
import { seniorityFromTitle } from './seniority.ts'
import { fromSiblings, type SiblingValue } from './siblings.ts'
import { syntaxProblem } from './syntax.ts'

export interface Subject {
  readonly email: string
  readonly title: string | null
  /** Of the contacts with the same registered domain (`registrable-domain.ts`), without the subject. */
  readonly siblings: readonly SiblingValue[]
}

/** Nothing here can prove that an address works, and so nothing is `valid`. */
export interface LocalVerdict {
  readonly status: Exclude<EmailStatus, 'valid'>
  readonly detail: string
  readonly source: 'syntax' | 'list' | 'dns'
}

/** What is known of a subject without asking a provider, and what a provider may be asked. */
export interface Examination {
  readonly told: readonly Claim[]
  /** Null where nothing was learned, as without DNS. */
  readonly emailStatus: LocalVerdict | null
  /** False where the domain says nothing of an employer. */
  readonly mayAskForCompany: boolean
  /** False where no single person reads the mail. */
  readonly mayAskForPerson: boolean
  /** False where mail cannot arrive, so that no answer is worth its price. */
  readonly mayPay: boolean
}

export type Examine = (subject: Subject) => Promise<Examination>

/** Asks nobody but DNS, and tells it nothing but the domain. */
export function createExaminer({ mailDomains }: { readonly mailDomains: Pick<MailDomains, 'check'> }): Examine {
  return async ({ email, title, siblings }) => {
    const byTitle = claim('seniorityLevel', 'rule:title', seniorityFromTitle(title ?? ''))
    const problem = syntaxProblem(email)
    if (problem) {
      const emailStatus = { status: 'invalid', detail: problem, source: 'syntax' } as const
      return { told: byTitle, emailStatus, mayAskForCompany: false, mayAskForPerson: false, mayPay: false }
    }

    const [lists, guesses] = await Promise.all([loadLists(), import('./guesses.ts')])
    const domain = domainOf(email)
    const isRole = lists.isRole(email.slice(0, email.lastIndexOf('@')))
    const isAliasRelay = lists.isAliasRelay(domain)
    const isDisposable = lists.isDisposable(domain)
    const isOwnDomain = !lists.isPublic(domain)

    const ofCompany = isOwnDomain ? fromSiblings(siblings) : []
    const hasCompany = !isOwnDomain || ofCompany.some(({ field }) => field === 'companyName')
    const name = isAliasRelay || isDisposable ? null : guesses.nameFromAddress(email, lists)
    const emailStatus = isDisposable
      ? ({ status: 'invalid', detail: 'disposable', source: 'list' } as const)
      : verdictOf(await mailDomains.check(domain), { isRole, isAliasRelay })
    return {
      told: [
        ...ofCompany,
        ...claim('companyName', 'guess:domain', hasCompany ? null : guesses.companyFromDomain(domain)),
        ...claim('firstName', 'guess:address', name?.firstName ?? null),
        ...claim('lastName', 'guess:address', name?.lastName ?? null),
        ...byTitle,
      ],
      emailStatus,
      mayAskForCompany: isOwnDomain,
      mayAskForPerson: !isRole,
      mayPay: emailStatus?.status !== 'invalid',
    }
  }
}

interface Mailbox {
  readonly isRole: boolean
  readonly isAliasRelay: boolean
}

/** The worst that is known: a role at a domain that takes no mail cannot be written to either. */
function verdictOf(domain: MailDomain, { isRole, isAliasRelay }: Mailbox): LocalVerdict | null {
  if (domain.kind === 'null_mx' || domain.kind === 'no_such_domain')
    return { status: 'invalid', detail: domain.kind, source: 'dns' }
  if (isRole) return { status: 'risky', detail: 'role_account', source: 'list' }
  if (isAliasRelay) return { status: 'unknown', detail: 'alias_relay', source: 'list' }
  return byDns(domain)
}

function byDns({ kind }: MailDomain): LocalVerdict | null {
  // Said of the domain, since it says nothing of the mailbox.
  if (kind === 'accepts_mail') return { status: 'unknown', detail: 'domain_accepts_mail', source: 'dns' }
  return kind === 'implicit_mx' ? { status: 'unknown', detail: kind, source: 'dns' } : null
}
