/** One line of what people and their programs write, as both databases can hold it; null where nothing is left. */
export function oneLine(text: string | null | undefined): string | null {
  return (
    (text ?? '')
      .toWellFormed()
      .replace(/[\s\p{Cc}\ufeff]+/gu, ' ')
      .trim() || null
  )
}

/** The same with its lines kept. */
export function manyLines(text: string): string | null {
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n')
  return lines.replace(/[^\P{Cc}\n\t]/gu, ' ').trim() || null
}
