import type { OverflowElement } from '../blocks/schema.ts'
import { Icon } from '../icon.tsx'
import { Plain, Text } from '../text/text.tsx'
import { ConfirmDialog } from './confirm.tsx'
import { Menu } from './menu.tsx'
import { type Standing, useElement } from './use-element.ts'

export function Overflow({ element, ...standing }: Standing & { readonly element: OverflowElement }) {
  const { isPending, question, send } = useElement(standing, element)
  return (
    <>
      <Menu
        label="More actions"
        className="button button-icon"
        isBusy={isPending}
        items={element.options.map(({ text, value, description, url }) => ({
          key: value || text.text,
          label: <Plain text={text.text} />,
          ...(description ? { description: <Text of={description} /> } : {}),
          choose() {
            if (url) window.open(url, '_blank', 'noreferrer,noopener')
            send(value)
          },
        }))}
      >
        <Icon name="dots" />
      </Menu>
      {question ? <ConfirmDialog question={question} /> : null}
    </>
  )
}
