import process from 'node:process'

/** A Slack message as text, framed. Knows the blocks that the program sends; of others it shows the texts. */
export function draw(message: unknown): string {
  const lines = textsOf(isObject(message) ? message.blocks : []).flatMap((text) => text.split('\n'))
  return lines.map((line) => `  | ${line}`).join('\n')
}

function textsOf(blocks: unknown): string[] {
  return Array.isArray(blocks) ? blocks.map((block) => blockText(block)) : []
}

function blockText(block: unknown): string {
  if (!isObject(block)) return ''
  switch (block.type) {
    case 'header':
      return `${bold(words(block.text))}`
    case 'divider':
      return '-'.repeat(60)
    case 'section':
      return [words(block.text), columns(block.fields), buttonText(block.accessory)].filter(Boolean).join('\n')
    case 'context':
      return dim(each(block.elements, words).join(' · '))
    case 'actions':
      return each(block.elements, buttonText).join('  ')
    case 'rich_text':
      return each(block.elements, richText).join('\n')
    default:
      return ''
  }
}

function buttonText(element: unknown): string {
  return isObject(element) ? `[ ${words(element.text)} ]` : ''
}

function columns(fields: unknown): string {
  return each(fields, words)
    .map((field) => field.split('\n'))
    .map(([label = '', ...value]) => `${label.padEnd(12)} ${value.join(' ')}`)
    .join('\n')
}

function richText(element: unknown): string {
  if (!isObject(element)) return ''
  const text = each(element.elements, (part) =>
    isObject(part) && typeof part.text === 'string' ? part.text : '',
  ).join('')
  return element.type === 'rich_text_quote' ? text.replace(/^/gm, '    > ') : text
}

function words(text: unknown): string {
  if (!isObject(text) || typeof text.text !== 'string') return ''
  return text.type === 'mrkdwn' ? plain(text.text) : text.text
}

/** Slack's mark-up as a reader would see it. */
function plain(mrkdwn: string): string {
  return mrkdwn
    .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1')
    .replace(/<[^|>]*\|([^>]*)>/g, '$1')
    .replace(/\*([^*\n]+)\*/g, '$1')
    .replaceAll('`', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function each(list: unknown, toText: (item: unknown) => string): string[] {
  return Array.isArray(list) ? list.map(toText).filter(Boolean) : []
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function bold(text: string): string {
  return process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text
}

function dim(text: string): string {
  return process.stdout.isTTY ? `\u001b[2m${text}\u001b[0m` : text
}
