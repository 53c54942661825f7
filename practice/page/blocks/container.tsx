import { type ComponentType, useState } from 'react'

import type { Block } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { Text } from '../text/text.tsx'
import { Image } from './image.tsx'
import type { ContainerBlock } from './schema.ts'

export function Container({
  block: { title, subtitle, icon, child_blocks, is_collapsible = false, default_collapsed = false },
  Blocks,
}: {
  readonly block: ContainerBlock
  readonly Blocks: ComponentType<{ readonly blocks: readonly Block[] }>
}) {
  const [isOpen, setOpen] = useState(!(is_collapsible && default_collapsed))
  const head = (
    <>
      {icon ? <Image image={icon} /> : null}
      <span className="block-container-title">
        {title ? <Text of={title} /> : null}
        {subtitle ? (
          <small>
            <Text of={subtitle} />
          </small>
        ) : null}
      </span>
    </>
  )
  return (
    <section className="block-container">
      {is_collapsible ? (
        <button type="button" className="block-container-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {head}
          <Icon name="down" />
        </button>
      ) : (
        <div className="block-container-head">{head}</div>
      )}
      {isOpen ? <Blocks blocks={child_blocks} /> : null}
    </section>
  )
}
