import { createHmac, createPublicKey, createSecretKey, type KeyObject, verify } from 'node:crypto'

import { SignatureError } from '../core/errors.ts'
import type { WebhookRequest } from './provider.ts'
import { fromBase64, requireFresh, sameBytes, signedSeconds } from './signature.ts'

const TOLERANCE_MS = 300_000
/** The same scheme under two names: the specification's, and Svix's, where it comes from. */
const FAMILIES = ['webhook', 'svix'] as const
const HMAC_KEY_BYTES = { min: 24, max: 64 }
/** What turns 32 raw bytes into an ed25519 public key (e-mail sheet, section 8). */
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Headers that carry a message's id, in both families. */
export const MESSAGE_ID_HEADERS: readonly string[] = FAMILIES.map((family) => `${family}-id`)

/** The id of a message: the same on every attempt, unlike its time and signature. */
export function standardMessageId(headers: Headers): string | null {
  // Of the family that is signed: an id of the other one stands there unproven.
  const family = signingFamily(headers)
  return family ? headers.get(`${family}-id`) : null
}

/** The family whose headers are all there; a kept part has only its id left. */
function signingFamily(headers: Headers): (typeof FAMILIES)[number] | undefined {
  const isSigned = (family: string) =>
    ['id', 'timestamp', 'signature'].every((name) => headers.get(`${family}-${name}`))
  return FAMILIES.find(isSigned) ?? FAMILIES.find((family) => headers.get(`${family}-id`))
}

/** Checks what Standard Webhooks defines: `whsec_` keys sign as `v1`, `whpk_` keys verify `v1a`. */
export function verifyStandardWebhook({ headers, body, receivedAt }: WebhookRequest, secret: string): void {
  const { id, timestamp, signatures } = signedHeaders(headers)
  const sentAt = signedSeconds(timestamp)
  if (id.includes('.')) throw new SignatureError('malformed', 'the message id holds a dot')

  const key = keyOf(secret)
  if (!key) throw new SignatureError('mismatch', 'the configured secret cannot be used')
  const offered = signatures.filter(({ version }) => version === key.version)
  if (offered.length === 0) throw new SignatureError('mismatch', `there is no ${key.version} signature`)
  const decoded = offered.map(({ encoded }) => fromBase64(encoded)).filter((bytes) => bytes !== undefined)
  if (decoded.length === 0) throw new SignatureError('malformed', 'no signature is base64')

  const prefix = `${id}.${timestamp}.`
  if (!decoded.some((signature) => key.matches(signature, prefix, body))) {
    throw new SignatureError('mismatch', 'no signature matches')
  }
  requireFresh(sentAt, receivedAt, { pastMs: TOLERANCE_MS, futureMs: TOLERANCE_MS })
}

export function standardSecretProblem(secret: string): string | undefined {
  if (keyOf(secret)) return undefined
  return secret.startsWith('whpk_')
    ? 'is not an ed25519 public key: "whpk_" and the base64 form of 32 bytes'
    : `is not a signing secret: "whsec_" and the base64 form of ${HMAC_KEY_BYTES.min} to ${HMAC_KEY_BYTES.max} bytes`
}

interface Key {
  readonly version: 'v1' | 'v1a'
  matches(signature: Uint8Array, prefix: string, body: Uint8Array): boolean
}

/** Making a key costs more than using it, and there are only as many as there are secrets. */
const keys = new Map<string, Key | undefined>()

function keyOf(secret: string): Key | undefined {
  if (!keys.has(secret)) keys.set(secret, makeKey(secret))
  return keys.get(secret)
}

function makeKey(secret: string): Key | undefined {
  const bytes = fromBase64(secret.replace(/^wh(?:sec|pk)_/, ''))
  if (!bytes) return undefined
  if (secret.startsWith('whpk_')) return bytes.length === 32 ? ed25519Key(bytes) : undefined
  return bytes.length >= HMAC_KEY_BYTES.min && bytes.length <= HMAC_KEY_BYTES.max ? hmacKey(bytes) : undefined
}

function hmacKey(key: Buffer): Key {
  // A bare buffer is made into a key object on every use, at six times the cost.
  const secretKey = createSecretKey(key)
  return {
    version: 'v1',
    matches: (signature, prefix, body) =>
      sameBytes(signature, createHmac('sha256', secretKey).update(prefix).update(body).digest()),
  }
}

function ed25519Key(bytes: Buffer): Key {
  const key: KeyObject = createPublicKey({
    key: Buffer.concat([ED25519_SPKI_PREFIX, bytes]),
    format: 'der',
    type: 'spki',
  })
  return {
    version: 'v1a',
    matches: (signature, prefix, body) => verify(null, Buffer.concat([Buffer.from(prefix), body]), key, signature),
  }
}

interface SignedHeaders {
  readonly id: string
  readonly timestamp: string
  readonly signatures: readonly { readonly version: string; readonly encoded: string }[]
}

function signedHeaders(headers: Headers): SignedHeaders {
  const family = signingFamily(headers)
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => headers.get(`${family}-${name}`))
  if (id && timestamp && signature) return { id, timestamp, signatures: signatureList(signature) }
  throw new SignatureError(
    'missing',
    'the headers webhook-id, webhook-timestamp and webhook-signature are not all there',
  )
}

/** `v1,… v1a,…`; a header that came twice is joined by a comma and a space. */
function signatureList(header: string): SignedHeaders['signatures'] {
  return header.split(/,? +/).map((entry) => {
    const comma = entry.indexOf(',')
    return { version: entry.slice(0, Math.max(comma, 0)), encoded: entry.slice(comma + 1) }
  })
}
