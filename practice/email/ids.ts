import { createHash } from 'node:crypto'

/** A UUID that is always the same for `key`. */
export function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex')
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The same id in the alphabet that most providers write theirs in. */
export function compact(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url')
}

/** A whole number below 2^31 that is always the same for `key`. */
export function numberOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() >>> 1
}
