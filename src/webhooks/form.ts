import { Busboy } from '@fastify/busboy'

import { InvalidInputError } from '../core/errors.ts'
import { storableText } from './storable.ts'

const MAX_PARTS = 1000
const MAX_NAME_CHARACTERS = 200
/** A report about a mail is a few kilobytes; what comes back with it may be the whole mail. */
const MAX_REPORT_BYTES = 64 * 1024
/** The attachments that say what a mail is about: bounces, complaints, read receipts, and the mail that they mean. */
const REPORT_TYPES =
  /^(?:message\/(?:delivery-status|global-delivery-status|feedback-report|disposition-notification|rfc822)|text\/rfc822-headers)$/

export interface FormFile {
  readonly type: string
  /** Its first 64 kB. */
  readonly text: string
}

/** A form that was posted. Attached files are left out, but for reports about mail. */
export interface Form {
  /** The last value under `name`: an earlier one may be a custom variable that shadows it (e-mail sheet, section 5.2). */
  get(name: string, charset?: string): string | null
  /** The last value under `name` as it came. */
  bytes(name: string): Uint8Array | null
  readonly names: readonly string[]
  readonly reports: readonly FormFile[]
}

export function isForm(contentType: string): boolean {
  return isMultipart(contentType) || /^application\/x-www-form-urlencoded\b/i.test(contentType.trim())
}

export async function readForm(body: Uint8Array, contentType: string): Promise<Form> {
  return isMultipart(contentType) ? await readMultipart(body, contentType) : readUrlEncoded(body)
}

export function isReport(type: string): boolean {
  return REPORT_TYPES.test(type)
}

export function reportOf(type: string, bytes: Buffer): FormFile {
  return { type, text: storableText(bytes.subarray(0, MAX_REPORT_BYTES).toString('utf8')) }
}

function isMultipart(contentType: string): boolean {
  return /^multipart\/form-data\b/i.test(contentType.trim())
}

function readUrlEncoded(body: Uint8Array): Form {
  const parameters = new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  if (parameters.size > MAX_PARTS) throw new InvalidInputError(`the form has more than ${MAX_PARTS} fields`)
  return formOf(new Map([...parameters].map(([name, value]) => [name, Buffer.from(value)])), [])
}

async function readMultipart(body: Uint8Array, contentType: string): Promise<Form> {
  const fields = new Map<string, Buffer>()
  const reports: FormFile[] = []
  await new Promise<void>((resolve, reject) => {
    const malformed = (cause: unknown) => reject(new InvalidInputError('the multipart form is malformed', { cause }))
    const parser = new Busboy({
      headers: { 'content-type': contentType },
      limits: { parts: MAX_PARTS, files: MAX_PARTS, headerPairs: 100, headerSize: 16 * 1024 },
      // As files, parts arrive as bytes: which charset they are in, another field says.
      isPartAFile: () => true,
    })
    parser.on('file', (name, stream, filename, _encoding, type) => {
      stream.on('error', malformed)
      const isField = filename === undefined
      if (!isField && !isReport(type)) return stream.resume()
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks)
        if (isField) fields.set(String(name).slice(0, MAX_NAME_CHARACTERS), bytes)
        else reports.push(reportOf(type, bytes))
      })
    })
    parser.on('partsLimit', () => malformed(new Error(`it has more than ${MAX_PARTS} parts`)))
    parser.on('filesLimit', () => malformed(new Error(`it has more than ${MAX_PARTS} parts`)))
    parser.on('error', malformed)
    parser.on('finish', resolve)
    parser.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  })
  return formOf(fields, reports)
}

function formOf(fields: ReadonlyMap<string, Buffer>, reports: readonly FormFile[]): Form {
  return {
    get(name, charset) {
      const bytes = fields.get(name)
      return bytes ? decode(bytes, charset) : null
    },
    bytes: (name) => fields.get(name) ?? null,
    names: [...fields.keys()].map(storableText),
    reports,
  }
}

/** Text in the charset that was named; in none that we know, as UTF-8 or, since that fails loudly, as Windows-1252. */
export function decode(bytes: Uint8Array, charset = 'utf-8'): string {
  return storableText(
    tryDecode(bytes, charset) ?? tryDecode(bytes, 'utf-8') ?? new TextDecoder('windows-1252').decode(bytes),
  )
}

function tryDecode(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
