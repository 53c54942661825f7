import { InvalidInputError } from './errors.ts'

/** A file as somebody gave it to us. */
export interface GivenFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const AS_CSV = 'Save it as CSV (in Excel: File, Save As, CSV UTF-8) and import that.'

/** How files begin that spreadsheets and people make, and that are not text. */
const SIGNATURES: readonly (readonly [start: string, sentence: string])[] = [
  ['PK\x03\x04', `is a workbook or an archive, not text. ${AS_CSV}`],
  ['\xd0\xcf\x11\xe0', `is a workbook of an old Excel, not text. ${AS_CSV}`],
  ['%PDF', 'is a PDF, not a list. Export the people as CSV and import that.'],
  ['\x1f\x8b', 'is compressed. Unpack it and import what is in it.'],
]

/** What text begins with that is no list of people. */
const OPENINGS: readonly (readonly [start: RegExp, sentence: string])[] = [
  [/^\s*<(?:!doctype|html|head|body|table|\?xml)/i, `is a web page, not a list. ${AS_CSV}`],
  [/^\s*BEGIN:VCARD/i, 'holds vCards. Export the contacts as CSV and import that.'],
]

/** By byte order mark; the mark itself is left out of the text. */
const MARKS: readonly (readonly [start: string, encoding: string])[] = [
  ['\xef\xbb\xbf', 'utf-8'],
  ['\xff\xfe', 'utf-16le'],
  ['\xfe\xff', 'utf-16be'],
]

/**
 * The text of a file: UTF-8 or UTF-16 by its mark, without one UTF-8, and Windows-1252 where it is
 * not valid UTF-8. Throws `InvalidInputError` for what is not a list in text, saying what to do.
 */
export function decodeText({ name, bytes }: GivenFile): string {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  const signature = SIGNATURES.find(([known]) => start.startsWith(known))
  if (signature) throw new InvalidInputError(`${name} ${signature[1]}`)
  const text = decoded(bytes, MARKS.find(([mark]) => start.startsWith(mark))?.[1])
  const opening = OPENINGS.find(([known]) => known.test(text.slice(0, 200)))
  if (opening) throw new InvalidInputError(`${name} ${opening[1]}`)
  if (text.includes('\0')) throw new InvalidInputError(`${name} is not text. ${AS_CSV}`)
  if (text.trim() === '') throw new InvalidInputError(`${name} is empty. Choose a file that lists people.`)
  return text
}

function decoded(bytes: Uint8Array, marked: string | undefined): string {
  if (marked) return new TextDecoder(marked).decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
