import { memo } from 'react'

import type { Block as SlackBlock } from '../../contract.ts'
import { Element } from '../elements/element.tsx'
import { useSurface } from '../elements/surface.ts'
import { Plain, Text } from '../text/text.tsx'
import { Alert } from './alert.tsx'
import { BlockBoundary } from './boundary.tsx'
import { Card, Carousel } from './card.tsx'
import { Container } from './container.tsx'
import { DataTable } from './data-table.tsx'
import { Image } from './image.tsx'
import { Input } from './input.tsx'
import { OtherBlock } from './other.tsx'
import { OwnBlock } from './schema.ts'
import { Section } from './section.tsx'
import { Table } from './table.tsx'

export function Blocks({ blocks }: { readonly blocks: readonly SlackBlock[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an app may leave ids out or repeat them; order is all there is
        <BlockBoundary key={`${block.block_id}/${index}`} block={block}>
          <Block block={block} />
        </BlockBoundary>
      ))}
    </div>
  )
}

/** Why the app did not get the last press or choice. */
export function SurfaceProblem() {
  const { problem } = useSurface()
  if (!problem) return null
  return (
    <p className="field-error" role="alert">
      {problem}
    </p>
  )
}

const Block = memo(function Block({ block: raw }: { readonly block: SlackBlock }) {
  const block = OwnBlock.safeParse(raw).data
  switch (block?.type) {
    case undefined:
      return <OtherBlock block={raw} />
    case 'section':
      return <Section block={block} />
    case 'header':
      return (
        <h3 className="block-header">
          <Plain text={block.text.text} emoji={block.text.emoji ?? true} />
        </h3>
      )
    case 'context':
      return (
        <div className="block-context">
          {block.elements.map((element, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one block, replaced as a whole
            element.type === 'image' ? <Image key={index} image={element} /> : <Text key={index} of={element} />,
          )}
        </div>
      )
    case 'actions':
    case 'context_actions':
      return (
        <div className="block-actions">
          {block.elements.map((element, index) => (
            <Element key={element.action_id || index} element={element} block={block.block_id} />
          ))}
        </div>
      )
    case 'divider':
      return <hr className="block-divider" />
    case 'image':
      return <Image image={block} isBlock />
    case 'alert':
      return <Alert text={block.text} level={block.level} />
    case 'card':
      return <Card card={block} />
    case 'carousel':
      return <Carousel cards={block.elements} />
    case 'table':
      return <Table block={block} />
    case 'data_table':
      return <DataTable block={block} />
    case 'input':
      return <Input block={block} />
    case 'container':
      return <Container block={block} Blocks={Blocks} />
  }
})
