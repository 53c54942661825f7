import { z } from 'zod'

import { COLUMN_FIELDS, type Column, type ColumnField } from '../../core/import/columns.ts'
import type { Inspection } from '../../core/import/inspection.ts'
import type { Importing } from '../importing.ts'
import { askedColumns, columnBlock, columnName, LEFT_OUT, OWN_FIELD } from '../views/import-columns.ts'
import { checkingModal } from '../views/import-form.ts'
import { choiceInput, type Submit } from './form.ts'

export interface ImportColumnsDeps {
  readonly importing: Pick<Importing, 'toCheck' | 'chosen'>
}

const About = z.object({ id: z.number().int() })
const Values = z.record(z.string(), choiceInput)

export function importColumnsSubmit({ importing }: ImportColumnsDeps): Submit {
  return async ({ actor, id: view, about, values }) => {
    const { id } = About.parse(about)
    const { name, inspection } = await importing.toCheck(id, actor)
    const chosen = columnsIn(inspection, Values.parse(values))
    if ('errors' in chosen) return { kind: 'errors', errors: chosen.errors }
    await importing.chosen(id, chosen.columns, view)
    return { kind: 'show', view: checkingModal(name) }
  }
}

type Chosen = Readonly<Record<string, string | null>>
type Wrong = { readonly errors: Readonly<Record<string, string>> }

/** What was chosen for the columns that were asked about, and for the others what was guessed. */
function columnsIn(inspection: Inspection, chosen: Chosen): { readonly columns: readonly Column[] } | Wrong {
  const guessed = new Map(inspection.columns?.map((column) => [column.index, column]))
  const columns: Column[] = []
  const holders = new Map<ColumnField, number>()
  const asked = askedColumns(inspection)
  const beside = (index: number) => columnBlock(asked.includes(index) ? index : (asked[0] ?? 0))
  for (const index of [...new Set([...asked, ...guessed.keys()])].sort((a, b) => a - b)) {
    const column = columnOf(index, chosen[columnBlock(index)], guessed.get(index), inspection)
    if (!column) continue
    if ('field' in column) {
      const first = holders.get(column.field)
      if (first !== undefined)
        return { errors: { [beside(index)]: twice(column.field, columnName(first, inspection)) } }
      holders.set(column.field, index)
    }
    columns.push('custom' in column ? { index, custom: unused(column.custom, index, columns) } : column)
  }
  if (holders.has('email')) return { columns }
  return { errors: { [beside(-1)]: 'One column has to be the e-mail address.' } }
}

function columnOf(
  index: number,
  holds: string | null | undefined,
  guessed: Column | undefined,
  inspection: Inspection,
): Column | undefined {
  if (holds === undefined || holds === null) return guessed
  if (holds === LEFT_OUT) return undefined
  if (isField(holds)) return { index, field: holds }
  if (holds !== OWN_FIELD) return guessed
  return guessed && 'custom' in guessed ? guessed : { index, custom: columnName(index, inspection) }
}

/** Two columns may be called the same. */
function unused(name: string, index: number, columns: readonly Column[]): string {
  const isUsed = columns.some((column) => 'custom' in column && column.custom === name)
  return isUsed ? `${name} ${index + 1}` : name
}

function isField(holds: string): holds is ColumnField {
  return Object.hasOwn(COLUMN_FIELDS, holds)
}

function twice(field: ColumnField, first: string): string {
  return `${first} is “${COLUMN_FIELDS[field]}” already. Choose it for one column only.`
}
