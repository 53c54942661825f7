import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'

import { SignatureError } from '../core/errors.ts'

const processKey = createSecretKey(randomBytes(32))

/** Compares texts of any length in constant time, by digests of equal length under a key that nobody can guess. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', processKey).update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** Bytes of strict base64, or undefined. Node's own decoder skips over whatever it does not know. */
export function fromBase64(text: string): Buffer | undefined {
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

export function fromHex(text: string): Buffer | undefined {
  return text !== '' && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : undefined
}

export function requireHeader(headers: Headers, name: string): string {
  const value = headers.get(name)
  if (!value) throw new SignatureError('missing', `the header ${name} is missing`)
  return value
}

/** Refuses `given` unless it is the HMAC-SHA256 of `signed` in hexadecimal; the secret is the key as it is written. */
export function verifyHexHmac(given: string, secret: string, ...signed: readonly (string | Uint8Array)[]): void {
  const signature = fromHex(given.trim())
  if (!signature) throw new SignatureError('malformed', 'the signature is not hexadecimal')
  const hmac = createHmac('sha256', secret)
  for (const part of signed) hmac.update(part)
  if (!sameBytes(signature, hmac.digest())) throw new SignatureError('mismatch', 'the signature does not match')
}

/** UTC milliseconds of a signed time in whole seconds. */
export function signedSeconds(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new SignatureError('malformed', 'the signed time is not an integer')
  return Number(text) * 1000
}

/** Refuses what was signed outside the window. The time is signed itself, so it counts only once the signature holds. */
export function requireFresh(sentAt: number, now: number, window: { pastMs: number; futureMs: number }): void {
  if (now - sentAt > window.pastMs) throw new SignatureError('stale', 'it was signed too long ago')
  if (sentAt - now > window.futureMs) throw new SignatureError('stale', 'it was signed in the future')
}
