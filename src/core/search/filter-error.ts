import { InvalidInputError } from '../errors.ts'

/** A filter or one of its values is not understood; the part of the text that is meant can be pointed at. */
export class FilterError extends InvalidInputError {
  override name = 'InvalidInputError'
  readonly text: string
  readonly at: number
  readonly length: number

  constructor(
    message: string,
    { text, at, length }: { readonly text: string; readonly at: number; readonly length: number },
  ) {
    super(`At position ${at + 1}: ${message}`)
    this.text = text
    this.at = at
    this.length = length
  }
}

const BEFORE = 24
const AFTER = 40

/** The text about the mistake, and under it a line that points at it. */
export function pointed({ text, at, length }: FilterError): readonly [line: string, pointer: string] {
  const from = Math.max(0, at - BEFORE)
  const to = Math.min(text.length, at + Math.max(length, 1) + AFTER)
  const cut = [from > 0 ? '…' : '', to < text.length ? '…' : ''] as const
  const pointer = ' '.repeat(cut[0].length + at - from) + '^'.repeat(Math.min(Math.max(length, 1), 60))
  return [`${cut[0]}${text.slice(from, to)}${cut[1]}`.toWellFormed().replace(/[\s\p{C}]/gu, ' '), pointer]
}
