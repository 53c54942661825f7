import type { Element as SlackElement } from '../blocks/schema.ts'
import { Button, FeedbackButtons, IconButton } from './button.tsx'
import { Choices } from './choices.tsx'
import { FileInput } from './file-input.tsx'
import { Moment } from './moment.tsx'
import { Overflow } from './overflow.tsx'
import { Select } from './select.tsx'
import { TextInput } from './text-input.tsx'
import type { Standing } from './use-element.ts'

/** Whatever people can press, choose or fill in. */
export function Element({ element, ...standing }: Standing & { readonly element: SlackElement }) {
  switch (element.type) {
    case 'button':
      return <Button element={element} {...standing} />
    case 'overflow':
      return <Overflow element={element} {...standing} />
    case 'checkboxes':
    case 'radio_buttons':
      return <Choices element={element} {...standing} />
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
      return <Moment element={element} {...standing} />
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
    case 'rich_text_input':
      return <TextInput element={element} {...standing} />
    case 'file_input':
      return <FileInput element={element} {...standing} />
    case 'feedback_buttons':
      return <FeedbackButtons element={element} {...standing} />
    case 'icon_button':
      return <IconButton element={element} {...standing} />
    default:
      return <Select element={element} {...standing} />
  }
}
