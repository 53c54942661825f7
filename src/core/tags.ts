import { cutTo, oneLine } from './text.ts'

const SEPARATORS = /[,;|\n]|:::/
/** Signs that people and exports put around a tag: `#vip`, `"vip"`, Google's `* friends`. */
const AROUND = /^[\s#*"'“”‘’]+|[\s"'“”‘’]+$/g
/** In characters. */
const MAX_TAG = 100

/** Tags as they are written in one field: `vip, #conference; "spring"`. What comes out reads as itself. */
export function parseTags(text: string): string[] {
  return eachOnce(text.split(SEPARATORS).flatMap((part) => tagIn(cutTo(tagIn(part) ?? '', MAX_TAG)) ?? []))
}

/** The same of a list, whose entries may be fields of several, too. */
export function tagsOf(fields: readonly string[]): string[] {
  return eachOnce(fields.flatMap(parseTags))
}

/** Each whatever its case, spelt as first seen. */
export function eachOnce(tags: readonly string[]): string[] {
  const byKey = new Map<string, string>()
  for (const tag of tags) {
    const key = tag.toLowerCase()
    if (!byKey.has(key)) byKey.set(key, tag)
  }
  return [...byKey.values()]
}

/** Whether `parseTags` would cut one of them. */
export function tooLongIn(text: string): boolean {
  return text.length > MAX_TAG && text.split(SEPARATORS).some((part) => [...(tagIn(part) ?? '')].length > MAX_TAG)
}

function tagIn(part: string): string | null {
  // One space at a time, or a long run of them would be looked at again and again.
  const line = oneLine(part)
  const bare = line?.replace(AROUND, '')
  return bare === line ? line : oneLine(bare)
}
