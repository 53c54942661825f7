import { basicSecretProblem, verifyBasicAuth } from './basic-auth.ts'
import { pathTokenProblem, verifyPathToken } from './path-token.ts'
import type { WebhookRequest } from './provider.ts'

/**
 * Checks what the secret itself calls for: basic auth when it is `user:password`, else a token at
 * the end of the URL. So a rotation can lead from one to the other.
 */
export function verifyCredentials(request: Pick<WebhookRequest, 'headers' | 'token'>, secret: string): void {
  if (secret.includes(':')) verifyBasicAuth(request, secret)
  else verifyPathToken(request, secret)
}

export function credentialsProblem(secret: string): string | undefined {
  if (!secret.includes(':')) return pathTokenProblem(secret)
  const problem = basicSecretProblem(secret)
  return problem && `${problem}; choose both and put them into the webhook's URL: https://user:password@…`
}
