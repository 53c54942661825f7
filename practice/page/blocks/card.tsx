import { Element } from '../elements/element.tsx'
import { Text } from '../text/text.tsx'
import { Image } from './image.tsx'
import type { CardBlock } from './schema.ts'

export function Card({ card }: { readonly card: CardBlock }) {
  const { block_id, hero_image, icon, title, subtitle, body, subtext, actions } = card
  return (
    <div className="block-card">
      {hero_image ? (
        <div className="block-card-hero">
          <Image image={hero_image} />
        </div>
      ) : null}
      <div className="block-card-body">
        <header>
          {icon ? <Image image={icon} /> : null}
          <div>
            {title ? (
              <div className="block-card-title">
                <Text of={title} />
              </div>
            ) : null}
            {subtitle ? (
              <div className="block-card-soft">
                <Text of={subtitle} />
              </div>
            ) : null}
          </div>
        </header>
        {body ? <Text of={body} /> : null}
        {subtext ? (
          <div className="block-card-soft">
            <Text of={subtext} />
          </div>
        ) : null}
        {actions ? (
          <div className="block-actions">
            {actions.map((element, index) => (
              <Element key={element.action_id || index} element={element} block={block_id} />
            ))}
          </div>
        ) : null}
      </div>
    </div>
  )
}

export function Carousel({ cards }: { readonly cards: readonly CardBlock[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="block-carousel" aria-label={`${cards.length} cards`} tabIndex={0}>
      {cards.map((card, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one block, replaced as a whole
        <Card key={index} card={card} />
      ))}
    </section>
  )
}
