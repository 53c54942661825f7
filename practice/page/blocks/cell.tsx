import { OtherBlock } from './other.tsx'
import type { Cell as SlackCell } from './schema.ts'

export function Cell({ cell }: { readonly cell: SlackCell | undefined }) {
  if (!cell) return null
  if (cell.type === 'rich_text') return <OtherBlock block={{ ...cell, block_id: '' }} />
  return textOf(cell)
}

/** What a cell says, to sort by and to show. */
export function textOf(cell: SlackCell | undefined): string {
  const text = cell?.text ?? cell?.value
  return typeof text === 'string' ? text : typeof text === 'number' ? String(text) : ''
}

export function numberOf(cell: SlackCell | undefined): number | undefined {
  return typeof cell?.value === 'number' ? cell.value : undefined
}
