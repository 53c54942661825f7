import { type KeyObject, X509Certificate } from 'node:crypto'

import { SignatureError, UpstreamError } from '../core/errors.ts'
import { type CertificateKey, fetchSns } from './sns.ts'

/** Of each region there is one at a time; a new one about once a year. */
const CAPACITY = 16
const MAX_BYTES = 32 * 1024
/** Whoever names certificates that do not exist can make us ask for no more than these at once. */
const MAX_FETCHES = 4

interface Certificate {
  readonly key: KeyObject
  /** UTC milliseconds. */
  readonly validFrom: number
  readonly validTo: number
}

/**
 * Fetches certificates and keeps them while they are valid. Which URLs are asked is for the caller
 * to decide; what comes from there over TLS is trusted.
 */
export function createSnsCertificates(fetcher: typeof fetch): CertificateKey {
  const known = new Map<string, Certificate>()
  const fetches = new Map<string, Promise<Certificate>>()

  return async (url, now) => {
    const certificate = known.get(url) ?? (await fetchOnce(url))
    if (now < certificate.validFrom || now > certificate.validTo) {
      known.delete(url)
      throw new SignatureError('mismatch', 'the certificate is not valid at this time')
    }
    return certificate.key
  }

  function fetchOnce(url: string): Promise<Certificate> {
    const running = fetches.get(url)
    if (running) return running
    if (fetches.size >= MAX_FETCHES) return Promise.reject(new UpstreamError('too many certificates are being fetched'))
    const fetching = fetchCertificate(fetcher, url)
      .then(keep)
      .finally(() => fetches.delete(url))
    fetches.set(url, fetching)
    return fetching

    function keep(certificate: Certificate): Certificate {
      const [oldest] = known.keys()
      if (known.size >= CAPACITY && oldest !== undefined) known.delete(oldest)
      known.set(url, certificate)
      return certificate
    }
  }
}

async function fetchCertificate(fetcher: typeof fetch, url: string): Promise<Certificate> {
  const response = await fetchSns(fetcher, url)
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    await response.body?.cancel()
    throw new SignatureError('mismatch', 'there is no certificate at its URL')
  }
  if (!response.ok) {
    await response.body?.cancel()
    throw new UpstreamError(`SNS answered for its certificate with ${response.status}`)
  }
  const pem = await readAtMost(response, MAX_BYTES)
  try {
    const { publicKey, validFromDate, validToDate } = new X509Certificate(pem)
    return { key: publicKey, validFrom: validFromDate.getTime(), validTo: validToDate.getTime() }
  } catch (cause) {
    throw new SignatureError('mismatch', 'what lies at the URL of the certificate is none', { cause })
  }
}

async function readAtMost(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > maxBytes) throw new SignatureError('mismatch', 'what lies at the URL of the certificate is too large')
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof SignatureError) throw error
    throw new UpstreamError('SNS broke off its certificate', { cause: error })
  }
  return Buffer.concat(chunks)
}
