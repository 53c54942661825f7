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

/** `1 credit`, `2.5 credits`, `1,000 contacts`: figures with at most one decimal. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${FIGURE.format(value)} ${value === 1 ? one : many}`
}

export function figure(value: number): string {
  return FIGURE.format(value)
}

const FIGURE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
