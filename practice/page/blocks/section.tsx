import { Element } from '../elements/element.tsx'
import { Text } from '../text/text.tsx'
import { Image } from './image.tsx'
import type { SectionBlock } from './schema.ts'

export function Section({ block: { block_id, text, fields, accessory } }: { readonly block: SectionBlock }) {
  return (
    <div className="block-section">
      <div className="block-section-text">
        {text ? <Text of={text} /> : null}
        {fields ? (
          <div className="block-fields">
            {fields.map((field, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of one block, replaced as a whole
              <Text key={index} of={field} />
            ))}
          </div>
        ) : null}
      </div>
      {accessory ? (
        <div className="block-accessory">
          {accessory.type === 'image' ? <Image image={accessory} /> : <Element element={accessory} block={block_id} />}
        </div>
      ) : null}
    </div>
  )
}
