import { useState } from 'react'

import type { MultiSelectElement, SelectElement } from '../blocks/schema.ts'
import { Combobox } from './combobox.tsx'
import { ConfirmDialog } from './confirm.tsx'
import { type Standing, useElement } from './use-element.ts'
import { useOptions } from './use-options.ts'

/** Every menu of choices, of whatever source, for one or for several. */
export function Select({ element, ...standing }: Standing & { readonly element: SelectElement | MultiSelectElement }) {
  const { entered, isPending, isInvalid, question, choose } = useElement(standing, element)
  const [query, setQuery] = useState('')
  const { options, named, note } = useOptions(element, standing.block, query)
  const values = typeof entered === 'string' ? [entered] : (entered ?? [])
  const isMultiple = element.type.startsWith('multi_')
  return (
    <div className="select">
      <Combobox
        options={options}
        chosen={named(values)}
        isMultiple={isMultiple}
        most={'max_selected_items' in element ? element.max_selected_items : undefined}
        placeholder={element.placeholder?.text ?? 'Choose'}
        note={note}
        isBusy={isPending}
        isInvalid={isInvalid}
        label={standing.labelledBy ? undefined : (element.placeholder?.text ?? 'Choose')}
        labelledBy={standing.labelledBy}
        describedBy={standing.describedBy}
        onQuery={setQuery}
        onChoose={(chosen) => {
          const next = chosen.map(({ value }) => value)
          choose(isMultiple ? next : (next[0] ?? null))
        }}
      />
      {question ? <ConfirmDialog question={question} /> : null}
    </div>
  )
}
