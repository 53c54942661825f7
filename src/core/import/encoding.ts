import { isAscii } from 'node:buffer'

import { InvalidInputError } from '../errors.ts'
import { type ImportSource, inPieces } from './source.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** What every byte of a list together says of how it is written. */
export interface Survey {
  readonly encoding: Encoding
  /** In bytes. */
  readonly size: number
  /** The first characters; where the list is longer the last of them may be half of one. */
  readonly beginning: string
  readonly flaw: Flaw | null
  /** Characters that could be UTF-8 in a list that is not. */
  readonly doubtful: number
}

/** Why a list cannot be read, and at which byte. */
export interface Flaw {
  readonly kind: 'nul' | 'mixed' | 'cut'
  readonly at: number
}

const AS_CSV = 'Save it as CSV (in Excel: File, Save As, CSV UTF-8) and import that.'
const PICTURE = 'is a picture, not a list. Import the table that it shows as CSV.'

/** How files begin that spreadsheets and people make, and that are not text. */
const SIGNATURES: readonly (readonly [start: string, sentence: string])[] = [
  ['PK\x03\x04', `is a workbook or an archive, not text. ${AS_CSV}`],
  ['PK\x05\x06', `is an empty archive. ${AS_CSV}`],
  ['\xd0\xcf\x11\xe0', `is a workbook of an old Excel, not text. ${AS_CSV}`],
  ['%PDF', 'is a PDF, not a list. Export the people as CSV and import that.'],
  ['\x1f\x8b', 'is compressed. Unpack it and import what is in it.'],
  ['BZh', 'is compressed. Unpack it and import what is in it.'],
  ['7z\xbc\xaf', 'is an archive. Unpack it and import what is in it.'],
  ['Rar!', 'is an archive. Unpack it and import what is in it.'],
  ['\x89PNG', PICTURE],
  ['\xff\xd8\xff', PICTURE],
  ['GIF8', PICTURE],
  ['{\\rtf', `is a text document with formats. ${AS_CSV}`],
  ['SQLi', 'is a database. Export the people as CSV and import that.'],
]

const SIGN_IN = /<input[^>]+type=["']?password|sign[ -]?in|log[ -]?in/i

/** What text begins with that is no list of people. */
const OPENINGS: readonly (readonly [start: RegExp, sentence: (text: string) => string])[] = [
  [
    /^\s*<(?:!doctype|html|head|body|table|\?xml|!--)/i,
    (text) =>
      SIGN_IN.test(text)
        ? 'is a sign-in page, not a list: whoever fetched it was not signed in. Download it in the browser and import that.'
        : `is a web page, not a list. ${AS_CSV}`,
  ],
  [/^\s*BEGIN:VCARD/i, () => 'holds vCards. Export the contacts as CSV and import that.'],
]

const MARKS: readonly (readonly [mark: string, encoding: Encoding])[] = [
  ['\xef\xbb\xbf', 'utf-8'],
  ['\xff\xfe', 'utf-16le'],
  ['\xfe\xff', 'utf-16be'],
]

/** Enough to see what it is; whole records are looked for in it later. */
const BEGINNING = 256 * 1024
const OPENING = 4096

/**
 * Looks at every byte: UTF-8 or UTF-16 by its mark, without one UTF-8 where all of it is valid, and
 * else Windows-1252. Throws `InvalidInputError` for what is not a list in text, saying what to do.
 */
export async function surveyOf(source: ImportSource): Promise<Survey> {
  const utf8 = new Utf8Survey()
  const start: Uint8Array[] = []
  let [size, kept, nul] = [0, 0, -1]
  for await (const piece of inPieces(source.bytes())) {
    if (kept < BEGINNING) {
      start.push(piece.slice())
      kept += piece.length
    }
    if (nul < 0 && piece.includes(0)) nul = size + piece.indexOf(0)
    utf8.look(piece, size)
    size += piece.length
    await new Promise(setImmediate)
  }
  utf8.end(size)

  const bytes = Buffer.concat(start)
  const opening = bytes.toString('latin1', 0, OPENING)
  const refused = SIGNATURES.find(([known]) => opening.startsWith(known))?.[1]
  if (refused) throw new InvalidInputError(`${source.name} ${refused}`)

  const marked = MARKS.find(([mark]) => opening.startsWith(mark))?.[1] ?? wideEncoding(bytes.subarray(0, OPENING))
  const isWide = marked?.startsWith('utf-16') ?? false
  if (!isWide && isBinary(opening)) throw new InvalidInputError(`${source.name} is not text. ${AS_CSV}`)
  const encoding = marked ?? (utf8.isValid ? 'utf-8' : 'windows-1252')
  const beginning = new TextDecoder(encoding).decode(bytes, { stream: true })
  const page = OPENINGS.find(([known]) => known.test(beginning.slice(0, OPENING)))?.[1]
  if (page) throw new InvalidInputError(`${source.name} ${page(beginning)}`)
  // A longer beginning without a character is found where the whole is read.
  if (size <= kept && beginning.trim() === '')
    throw new InvalidInputError(`${source.name} is empty. Choose a file that lists people.`)

  const flaw = isWide ? await wideFlaw(source, encoding, size) : flawOf(utf8, nul, marked)
  const isDoubtful = encoding === 'windows-1252' && flaw === null
  return { encoding, size, beginning, flaw, doubtful: isDoubtful ? utf8.sequences : 0 }
}

/** Of ten characters that are not ASCII so many may look like UTF-8 by chance in a list that is not. */
const BY_CHANCE = 1 / 10

function flawOf(utf8: Utf8Survey, nul: number, marked: Encoding | undefined): Flaw | null {
  if (nul >= 0) return { kind: 'nul', at: nul }
  if (utf8.invalid === 0) return null
  if (utf8.isCut && utf8.invalid === 1 && (utf8.sequences > 0 || marked)) return { kind: 'cut', at: utf8.invalidAt }
  const isMixed = marked !== undefined || utf8.sequences > (utf8.sequences + utf8.invalid) * BY_CHANCE
  if (!isMixed) return null
  return { kind: 'mixed', at: utf8.sequences < utf8.invalid && !marked ? utf8.sequenceAt : utf8.invalidAt }
}

async function wideFlaw(source: ImportSource, encoding: Encoding, size: number): Promise<Flaw | null> {
  let before = 0
  for await (const text of textOf(source, encoding)) {
    const nul = text.indexOf('\0')
    if (nul >= 0) return { kind: 'nul', at: 2 * (before + nul) }
    before += text.length
  }
  return size % 2 === 1 ? { kind: 'cut', at: size - 1 } : null
}

/** UTF-16 without its mark: of most characters one byte is NUL, always the same. */
function wideEncoding(bytes: Uint8Array): Encoding | undefined {
  const [even = 0, odd = 0] = [0, 1].map((side) => bytes.filter((byte, at) => byte === 0 && at % 2 === side).length)
  const most = bytes.length / 4
  if (odd > most && even === 0) return 'utf-16le'
  return even > most && odd === 0 ? 'utf-16be' : undefined
}

/** Text has hardly a control character beside those that end and indent lines. */
function isBinary(opening: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const controls = opening.match(/[\0-\x08\x0e-\x1f\x7f]/g)?.length ?? 0
  return controls > 3 + opening.length / 100
}

/** Counts what is UTF-8 and what is not, over pieces that may end inside a character. */
class Utf8Survey {
  /** Characters of several bytes. */
  sequences = 0
  sequenceAt = -1
  invalid = 0
  invalidAt = -1
  /** The last character is not whole. */
  isCut = false

  #needed = 0
  #least = 0x80
  #most = 0xbf
  #startedAt = 0

  get isValid(): boolean {
    return this.invalid === 0
  }

  look(piece: Uint8Array, offset: number): void {
    if (this.#needed === 0 && isAscii(piece)) return
    // An iterator would take ten times as long over a large list.
    for (let index = 0; index < piece.length; index += 1) {
      const byte = piece[index] ?? 0
      if (this.#needed > 0 && this.#goesOn(byte)) continue
      if (byte >= 0x80) this.#begin(byte, offset + index)
    }
  }

  end(size: number): void {
    if (this.#needed === 0) return
    this.isCut = true
    this.#refuse(Math.min(this.#startedAt, size))
  }

  #goesOn(byte: number): boolean {
    const fits = byte >= this.#least && byte <= this.#most
    this.#needed = fits ? this.#needed - 1 : 0
    this.#least = 0x80
    this.#most = 0xbf
    if (!fits) this.#refuse(this.#startedAt)
    else if (this.#needed === 0) {
      if (this.sequences === 0) this.sequenceAt = this.#startedAt
      this.sequences += 1
    }
    return fits
  }

  /** RFC 3629, section 4: neither overlong forms nor surrogates. */
  #begin(byte: number, at: number): void {
    this.#startedAt = at
    if (byte >= 0xc2 && byte <= 0xdf) this.#needed = 1
    else if (byte >= 0xe0 && byte <= 0xef) this.#needed = 2
    else if (byte >= 0xf0 && byte <= 0xf4) this.#needed = 3
    else this.#refuse(at)
    if (byte === 0xe0) this.#least = 0xa0
    if (byte === 0xed) this.#most = 0x9f
    if (byte === 0xf0) this.#least = 0x90
    if (byte === 0xf4) this.#most = 0x8f
  }

  #refuse(at: number): void {
    if (this.invalid === 0) this.invalidAt = at
    this.invalid += 1
  }
}

/** The text of a list in pieces, without its mark. Lets the rest of the process run between them. */
export async function* textOf(source: ImportSource, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const piece of inPieces(source.bytes())) {
    yield decoder.decode(piece, { stream: true })
    await new Promise(setImmediate)
  }
  yield decoder.decode()
}

/** The text before a byte: for telling where in the list it stands. */
export async function* textBefore(source: ImportSource, encoding: Encoding, at: number): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  let offset = 0
  for await (const piece of inPieces(source.bytes())) {
    yield decoder.decode(piece.subarray(0, at - offset), { stream: true })
    offset += piece.length
    if (offset >= at) return
  }
}
