import { domainOf, isAddress } from '../../address.ts'

export type SyntaxProblem = 'too_long' | 'local_part_too_long' | 'malformed'

const HOST = /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/

/**
 * Why nothing can be sent to an address, by its form alone; null where nothing speaks against it.
 * Lengths count octets, with the domain in ASCII (RFC 5321, section 4.5.3.1; RFC 6531, section 3.2).
 */
export function syntaxProblem(address: string): SyntaxProblem | null {
  // First, so that no pattern meets a long text.
  if (address.length > 254) return 'too_long'
  const local = address.slice(0, address.lastIndexOf('@'))
  if (Buffer.byteLength(local) > 64) return 'local_part_too_long'
  if (!isAddress(address)) return 'malformed'
  const domain = domainOf(address)
  if (Buffer.byteLength(local) + 1 + domain.length > 254) return 'too_long'
  return HOST.test(domain) ? null : 'malformed'
}
