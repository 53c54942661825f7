import { useId } from 'react'

import { Element } from '../elements/element.tsx'
import { useSurface } from '../elements/surface.ts'
import { Plain } from '../text/text.tsx'
import type { InputBlock } from './schema.ts'

export function Input({ block }: { readonly block: InputBlock }) {
  const { errors } = useSurface()
  const id = useId()
  const error = errors[block.block_id]
  const described = [...(block.hint ? [`${id}-hint`] : []), ...(error ? [`${id}-error`] : [])].join(' ')
  return (
    <div className={error ? 'field is-wrong' : 'field'} data-block={block.block_id}>
      <div className="field-label" id={id}>
        <Plain text={block.label.text} />
        {block.optional ? <span className="field-optional"> (optional)</span> : null}
      </div>
      <Element
        element={block.element}
        block={block.block_id}
        input={block}
        labelledBy={id}
        describedBy={described || undefined}
      />
      {error ? (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      ) : null}
      {block.hint ? (
        <div className="field-hint" id={`${id}-hint`}>
          <Plain text={block.hint.text} />
        </div>
      ) : null}
    </div>
  )
}
