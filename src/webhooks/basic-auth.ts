import { SignatureError } from '../core/errors.ts'
import type { WebhookRequest } from './provider.ts'
import { fromBase64, requireHeader, sameText } from './signature.ts'

export const BASIC_CHALLENGE = 'Basic realm="touchpoint"'

/**
 * Checks basic auth against `user:password`. Who sends it took it from a URL, where it may be
 * percent-encoded, and not every sender decodes it (e-mail sheet, section 2, rule 13).
 */
export function verifyBasicAuth({ headers }: Pick<WebhookRequest, 'headers'>, secret: string): void {
  const [scheme = '', encoded = '', ...rest] = requireHeader(headers, 'authorization').trim().split(/ +/)
  if (scheme.toLowerCase() !== 'basic' || rest.length > 0) {
    throw new SignatureError('malformed', 'the authorization is not basic')
  }
  const bytes = fromBase64(encoded)
  if (!bytes) throw new SignatureError('malformed', 'the authorization is not base64')

  const given = bytes.toString('utf8')
  // Every comparison is made, so that the time taken does not tell which of them came close.
  const matches = [
    sameText(given, secret),
    sameText(given, percentDecoded(secret)),
    sameText(percentDecoded(given), secret),
  ]
  if (!matches.includes(true)) throw new SignatureError('mismatch', 'the user or the password is wrong')
}

export function basicSecretProblem(secret: string): string | undefined {
  return /^[^:]+:.+$/s.test(secret) ? undefined : 'is not "user:password"'
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
