import { CERTIFICATE_URL, snsFetch } from './sns.ts'

// Loaded into the program's process before the program itself, which fetches the certificate of SNS
// from Amazon: this answers for that one address, and every other request goes where it went before.
const outside = globalThis.fetch

globalThis.fetch = (input, init) => (isCertificate(input) ? snsFetch(input) : outside(input, init))

function isCertificate(input: Parameters<typeof fetch>[0]): boolean {
  return (input instanceof Request ? input.url : String(input)) === CERTIFICATE_URL
}
