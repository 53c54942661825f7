import type { Sight } from './screens.ts'
import { isThing } from './wire.ts'

/** What people read of an element is under these names; under others it is ids and settings. */
const READ: ReadonlySet<string> = new Set([
  'text',
  'alt_text',
  'title',
  'subtitle',
  'label',
  'hint',
  'name',
  'caption',
  'placeholder',
  'initial_value',
  'submit',
  'close',
  'problem',
  'fallback',
])

/** Settings whose names are also those of words. */
const UNREAD: ReadonlySet<string> = new Set(['emoji', 'confirm', 'style'])

/** Everything readable of a message, modal, home tab or notice, in its order. Behind blocks, the text is not shown. */
export function textOf(sight: Sight | undefined): string {
  if (!sight) return ''
  if (!('blocks' in sight)) return readable(sight.text)
  if ('ts' in sight) {
    const words = sight.blocks.length > 0 ? wordsIn(sight.blocks) : readable(sight.text)
    return [words, ...sight.files.map(({ name }) => name)].filter(Boolean).join('\n')
  }
  if (!('title' in sight)) return wordsIn(sight.blocks)
  const { title, blocks, errors, problem, submit, close } = sight
  return [title, wordsIn(blocks), ...Object.values(errors), problem, submit, close].filter(Boolean).join('\n')
}

function wordsIn(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsIn).filter(Boolean).join('\n')
  if (!isThing(value)) return ''
  if (value.type === 'rich_text_section' && Array.isArray(value.elements)) return value.elements.map(wordsIn).join('')
  return Object.entries(value)
    .map(([key, one]) => {
      if (UNREAD.has(key)) return ''
      if (typeof one === 'string') return READ.has(key) ? readable(one) : ''
      return typeof one === 'number' && key === 'value' ? String(one) : wordsIn(one)
    })
    .filter(Boolean)
    .join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }

/** Mark-up as it is shown: a link by its words, a date by what stands in for it. */
function readable(marked: string): string {
  return marked
    .replace(/<(?:https?:|mailto:|!date\^)[^<>|]*\|([^<>]+)>/g, '$1')
    .replace(/<((?:https?:|mailto:)[^<>|]*)>/g, '$1')
    .replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity)
}
