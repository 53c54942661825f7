import { CrmError, OverloadError } from '../core/errors.ts'

const MEBIBYTE = 1024 * 1024
/** Below this the declared length is believed, which saves a stream; above it, bytes are counted as they come. */
const SMALL_BYTES = 32 * 1024
const RETRY_AFTER_SECONDS = 5

export const BODY_LIMITS = {
  events: MEBIBYTE,
  /** SendGrid flushes a batch at 768 kB (e-mail sheet, section 5.1). */
  largeEvents: 2 * MEBIBYTE,
  mail: 30 * MEBIBYTE,
  /** Mail as JSON, its attachments in base64. */
  jsonMail: 50 * MEBIBYTE,
} as const

/** The body is larger than this provider's requests can be; the rest of it is not read. */
export class BodyTooLargeError extends CrmError {
  override name = 'BodyTooLargeError'
}

/** The connection ended before the body did. */
export class BodyCutShortError extends CrmError {
  override name = 'BodyCutShortError'
}

/** What all requests together may hold in memory. */
export interface Room {
  enter(): Place
}

/** One request's share of the room, given back when it is disposed. */
export interface Place extends Disposable {
  /** Throws `OverloadError` when the room is full. */
  take(bytes: number): void
}

export function createRoom(maxBytes: number): Room {
  let used = 0
  return {
    enter() {
      let own = 0
      return {
        take(bytes) {
          if (used + bytes > maxBytes) throw new OverloadError(RETRY_AFTER_SECONDS)
          used += bytes
          own += bytes
        },
        [Symbol.dispose]() {
          used -= own
          own = 0
        },
      }
    },
  }
}

/** Refuses what says of itself that it is too large; returns what it says. */
export function declaredLength(headers: Headers, limit: number): number | undefined {
  const header = headers.get('content-length')
  if (header === null || !/^\d+$/.test(header)) return undefined
  const length = Number(header)
  if (length > limit) throw new BodyTooLargeError(`a body of ${length} bytes is over the limit of ${limit}`)
  return length
}

/**
 * The raw bytes of a body, read once. Room is taken for bytes that are there, or that are so few
 * that promising them costs nobody else: a large length announced and never sent takes none.
 */
export async function readBody(
  request: Request,
  { declared, limit, place }: { declared: number | undefined; limit: number; place: Place },
): Promise<Uint8Array> {
  if (declared === undefined || declared > SMALL_BYTES) return await readCounting(request, limit, place)
  place.take(declared)
  const body = new Uint8Array(await request.arrayBuffer().catch(cutShort))
  if (body.byteLength > limit) throw new BodyTooLargeError(`the body is over the limit of ${limit} bytes`)
  return body
}

async function readCounting(request: Request, limit: number, place: Place): Promise<Uint8Array> {
  place.take(0)
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch(cutShort)
    if (done) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)
    size += value.byteLength
    // Not cancelled: that would destroy the connection before the answer is out.
    if (size > limit) throw new BodyTooLargeError(`the body is over the limit of ${limit} bytes`)
    place.take(value.byteLength)
    chunks.push(value)
  }
}

function cutShort(cause: unknown): never {
  throw new BodyCutShortError('the connection ended before the body', { cause })
}
