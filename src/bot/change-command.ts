import { parseAddress } from '../core/address.ts'
import { InvalidInputError } from '../core/errors.ts'
import { type Decision, LIFECYCLE } from '../core/lifecycle.ts'
import { type NamedOwner, ownerNamed } from '../core/owner.ts'
import { tidy } from './typed.ts'

/** A change of one contact. What was not said is undefined: then a form asks for it. */
export type ChangeCommand = { readonly who: string } & (
  | { readonly kind: 'note'; readonly note: string | undefined }
  | { readonly kind: 'tag'; readonly tags: string | undefined }
  | { readonly kind: 'untag'; readonly tag: string | undefined }
  | { readonly kind: 'assign'; readonly to: NamedOwner | undefined }
  | { readonly kind: 'status'; readonly decision: Decision | null | undefined }
)

type Kind = ChangeCommand['kind']

const EXAMPLES: Readonly<Record<Kind, string>> = {
  note: '/crm note ada@example.com Call her in May',
  tag: '/crm tag ada@example.com vip, spring',
  untag: '/crm untag ada@example.com vip',
  assign: '/crm assign ada@example.com me',
  status: '/crm status ada@example.com converted',
}

const KINDS: ReadonlySet<string> = new Set(Object.keys(EXAMPLES))

export function isChange(word: string): word is Kind {
  return KINDS.has(word)
}

/**
 * Reads what follows `/crm note` and the others, as it was typed: an address or a name in quotes, and
 * what is to become of it. A note keeps its lines.
 */
export function parseChange(kind: Kind, text: string): ChangeCommand {
  const { who, rest } = split(kind, text)
  const said = tidy(rest) || undefined
  switch (kind) {
    case 'note':
      return { kind, who, note: said && rest.trim() }
    case 'tag':
      return { kind, who, tags: said }
    case 'untag':
      return { kind, who, tag: said }
    case 'assign':
      return { kind, who, to: said === undefined ? said : ownerNamed(said) }
    case 'status':
      return { kind, who, decision: said === undefined ? said : decisionIn(said) }
  }
}

const QUOTED = /^["“”„«]([^"“”„«»]*)["“”»](.*)$/s
const FIRST_WORD = /^(\S+)(.*)$/s
const MAILBOX = /^([^<>]*<[^<>]+>)(.*)$/s

function split(kind: Kind, text: string): { readonly who: string; readonly rest: string } {
  const [, name = '', afterName = ''] = QUOTED.exec(text) ?? []
  const tidied = tidy(name)
  if (tidied) return { who: [...tidied].slice(0, 320).join(''), rest: afterName }
  for (const form of [FIRST_WORD, MAILBOX]) {
    const [, written = '', rest = ''] = form.exec(text) ?? []
    const address = parseAddress(tidy(written))
    if (address) return { who: address, rest }
  }
  throw new InvalidInputError(
    `Who? An address, or a name in quotes: ${EXAMPLES[kind]}, or ${EXAMPLES[kind].replace('ada@example.com', '"Ada Lovelace"')}`,
  )
}

const DECISIONS: Readonly<Record<string, Decision | null>> = {
  converted: 'converted',
  won: 'converted',
  disqualified: 'disqualified',
  lost: 'disqualified',
  open: null,
  reopen: null,
  reopened: null,
}

function decisionIn(text: string): Decision | null {
  const word = text.toLowerCase()
  const decision = Object.hasOwn(DECISIONS, word) ? DECISIONS[word] : undefined
  if (decision !== undefined) return decision
  if (LIFECYCLE.some((status) => status === word))
    throw new InvalidInputError(
      `“${word}” follows from what the contact does. People decide on converted or disqualified, and take that back with open.`,
    )
  throw new InvalidInputError(`“${text}” is not a status: use converted, disqualified or open`)
}
