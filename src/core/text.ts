/** One line of what people and their programs write, as both databases can hold it; null where nothing is left. */
export function oneLine(text: string | null | undefined): string | null {
  if (!text) return null
  // Most of what is read, in a fifth of the time.
  if (isPlainAscii(text)) return text.replace(/ {2,}/g, ' ').trim() || null
  return (
    text
      .toWellFormed()
      .replace(/[\s\p{Cc}\ufeff]+/gu, ' ')
      .trim() || null
  )
}

/** Whether `text` is nothing but ASCII that can be seen, and spaces. */
export function isPlainAscii(text: string): boolean {
  return !/[^ -~]/.test(text)
}

/** The same with its lines kept. */
export function manyLines(text: string): string | null {
  if (isPlainAscii(text)) return text.trim() || null
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n')
  return lines.replace(/[^\P{Cc}\n\t]/gu, ' ').trim() || null
}

/** In characters, as the forms take a name, a company or a campaign; two of them fit into any index. */
export const MAX_LINE = 200

/** What `text` begins with, in whole characters that both databases can hold. */
export function cutTo(text: string, most: number): string {
  const cut = text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join('')
  return cut.toWellFormed().replaceAll('\0', '\ufffd')
}

/** `1 credit`, `2.5 credits`, `1,000 contacts`: figures with at most one decimal. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${FIGURE.format(value)} ${value === 1 ? one : many}`
}

export function figure(value: number): string {
  return FIGURE.format(value)
}

const FIGURE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
