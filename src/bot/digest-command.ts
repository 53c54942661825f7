import { InvalidInputError } from '../core/errors.ts'

export type DigestCommand = { readonly kind: 'digest' | 'digest_preview' | 'digest_now' }

/** Reads what stands after `/crm digest`. */
export function parseDigest(rest: string): DigestCommand {
  switch (rest.toLowerCase()) {
    case '':
      return { kind: 'digest' }
    case 'preview':
      return { kind: 'digest_preview' }
    case 'now':
      return { kind: 'digest_now' }
    default:
      throw new InvalidInputError(
        'When and where the digest comes: /crm digest. What it would say now: /crm digest preview. To post it at once: /crm digest now',
      )
  }
}
