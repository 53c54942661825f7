import { SignatureError } from '../core/errors.ts'
import type { WebhookRequest } from './provider.ts'
import { sameText } from './signature.ts'

const MIN_CHARACTERS = 24

/** Checks the end of the URL, for senders that can prove themselves in no other way (e-mail sheet, section 4). */
export function verifyPathToken({ token }: Pick<WebhookRequest, 'token'>, secret: string): void {
  if (!token) throw new SignatureError('missing', 'the URL does not end in a token')
  if (!sameText(token, secret)) throw new SignatureError('mismatch', 'the token in the URL is wrong')
}

export function pathTokenProblem(secret: string): string | undefined {
  return /^[\w-]+$/.test(secret) && secret.length >= MIN_CHARACTERS
    ? undefined
    : `is no token of at least ${MIN_CHARACTERS} letters, digits, "-" and "_"; make one with "openssl rand -hex 32" and put it at the end of the webhook's URL`
}
