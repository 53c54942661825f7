import type { ButtonElement, FeedbackElement, IconButtonElement } from '../blocks/schema.ts'
import { Icon } from '../icon.tsx'
import { Plain } from '../text/text.tsx'
import { ConfirmDialog } from './confirm.tsx'
import { type Standing, useElement } from './use-element.ts'

export function Button({ element, ...standing }: Standing & { readonly element: ButtonElement }) {
  const { isPending, question, send } = useElement(standing, element)
  const press = () => {
    // Slack opens the address and tells the app as well.
    if (element.url) window.open(element.url, '_blank', 'noreferrer,noopener')
    send(element.value)
  }
  return (
    <>
      <button
        type="button"
        className={`button ${element.style ?? ''}`}
        aria-label={element.accessibility_label}
        aria-busy={isPending}
        onClick={() => isPending || press()}
      >
        <Plain text={element.text.text} emoji={element.text.emoji ?? true} />
        {element.url ? <Icon name="external" /> : null}
      </button>
      {question ? <ConfirmDialog question={question} /> : null}
    </>
  )
}

export function FeedbackButtons({ element, ...standing }: Standing & { readonly element: FeedbackElement }) {
  const { isPending, send } = useElement(standing, element)
  return [element.positive_button, element.negative_button].map(({ text, value, accessibility_label }) => (
    <button
      key={value}
      type="button"
      className="button"
      aria-label={accessibility_label}
      aria-busy={isPending}
      onClick={() => isPending || send(value)}
    >
      <Plain text={text.text} />
    </button>
  ))
}

export function IconButton({ element, ...standing }: Standing & { readonly element: IconButtonElement }) {
  const { isPending, question, send } = useElement(standing, element)
  return (
    <>
      <button
        type="button"
        className="icon-button"
        title={element.text.text}
        aria-label={element.text.text}
        aria-busy={isPending}
        onClick={() => isPending || send(element.value)}
      >
        <Icon name="trash" />
      </button>
      {question ? <ConfirmDialog question={question} /> : null}
    </>
  )
}
