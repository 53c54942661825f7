import { oneLine } from './text.ts'

const SEPARATORS = /[,;|\n]|:::/
/** Signs that people and exports put around a tag: `#vip`, `"vip"`, Google's `* friends`. */
const AROUND = /^[\s#*"'“”‘’]+|[\s"'“”‘’]+$/g
const MAX_LENGTH = 100

/** Tags as they are written in one field: `vip, #conference; "spring"`. Each once, whatever its case, spelt as first seen. */
export function parseTags(text: string): string[] {
  const byKey = new Map<string, string>()
  for (const part of text.split(SEPARATORS)) {
    const tag = oneLine(part.replace(AROUND, ''))
    if (!tag) continue
    const short = tag.length <= MAX_LENGTH ? tag : [...tag].slice(0, MAX_LENGTH).join('')
    const key = short.toLowerCase()
    if (!byKey.has(key)) byKey.set(key, short)
  }
  return [...byKey.values()]
}
