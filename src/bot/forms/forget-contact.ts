import { z } from 'zod'

import { addressKey, isAddress, parseAddress } from '../../core/address.ts'
import type { Erasure, Scrubbed } from '../../core/erasure/erase-contact.ts'
import { messageModal } from '../surfaces.ts'
import { forgottenView } from '../views/forget.ts'
import { lineInput, type Submit } from './form.ts'

export interface ForgetContactDeps {
  /** Throws `InvalidInputError` where too many were erased just now, `ConfigError` where there is no key. */
  readonly eraseContact: (address: string, byUser: string) => Promise<Erasure & Scrubbed>
}

const About = z.object({ address: z.string().refine(isAddress) })
const Values = z.object({ address: lineInput })

export function forgetContactSubmit({ eraseContact }: ForgetContactDeps): Submit {
  return async ({ actor, about, values }) => {
    const { address } = About.parse(about)
    const typed = parseAddress(Values.parse(values).address ?? '')
    if (typed === undefined || addressKey(typed) !== addressKey(address))
      return { kind: 'errors', errors: { address: `Not the same address. To erase, type ${address}` } }
    const erasure = await eraseContact(address, actor.userId)
    return { kind: 'show', view: messageModal('Erased', forgottenView(address, erasure)) }
  }
}
