import { z } from 'zod'

import { addressKey, isAddress } from '../core/address.ts'
import { jsonIn } from './json.ts'

/** The people of a message. */
export interface People {
  readonly addresses: readonly string[]
  /** Which of them is that of whoever wrote the message. */
  readonly author: number | null
  /** True where Slack does not say the author's. */
  readonly isAuthorHidden: boolean
  /** How many more there are. */
  readonly more: number
}

/** As many as can be looked over. */
const MOST = 10
/** All of them have to fit into each button, which takes 2,000 characters, with what stands beside them. */
const MOST_LETTERS = 1900

/** As many of `addresses` as can be shown, the author's first. */
export function peopleOf(
  addresses: readonly string[],
  { author, isAuthorHidden }: { readonly author: string | null; readonly isAuthorHidden: boolean },
): People {
  const all =
    author === null ? addresses : [author, ...addresses.filter((one) => addressKey(one) !== addressKey(author))]
  let letters = 0
  const shown = all.slice(0, MOST).filter((address) => {
    letters += JSON.stringify(address).length + 1
    return letters <= MOST_LETTERS
  })
  return { addresses: shown, author: author === null ? null : 0, isAuthorHidden, more: all.length - shown.length }
}

/** The people of a message with the one who is meant, for a button. */
export function writePeople({ addresses, author, isAuthorHidden, more }: People, at: number): string {
  return JSON.stringify([at, author, Number(isAuthorHidden), more, ...addresses])
}

const Written = z.tuple(
  [z.int().nonnegative(), z.literal(0).nullable(), z.literal([0, 1]), z.int().nonnegative()],
  z.string().refine(isAddress),
)

export interface Chosen {
  readonly people: People
  readonly address: string
}

/** Undefined where it is not what `writePeople` wrote: whoever sees a button can send any value back. */
export function readPeople(text: string): Chosen | undefined {
  const read = Written.safeParse(jsonIn(text)).data
  if (!read) return undefined
  const [at, author, hidden, more, ...addresses] = read
  const address = addresses[at]
  if (address === undefined || addresses.length > MOST) return undefined
  return { address, people: { addresses, author, isAuthorHidden: hidden === 1, more } }
}
