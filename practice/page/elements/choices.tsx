import type { ChoicesElement } from '../blocks/schema.ts'
import { Text } from '../text/text.tsx'
import { ConfirmDialog } from './confirm.tsx'
import { type Standing, useElement } from './use-element.ts'

/** Checkboxes and radio buttons. */
export function Choices({ element, ...standing }: Standing & { readonly element: ChoicesElement }) {
  const { id, entered, isPending, question, choose } = useElement(standing, element)
  const isMultiple = element.type === 'checkboxes'
  const chosen = typeof entered === 'string' ? [entered] : (entered ?? [])
  const pick = (value: string) => {
    if (!isMultiple) return choose(value)
    const without = chosen.filter((one) => one !== value)
    const order = element.options.map((option) => option.value)
    const next = without.length < chosen.length ? without : order.filter((one) => one === value || chosen.includes(one))
    choose(next)
  }
  return (
    <fieldset
      className="choices"
      aria-busy={isPending}
      aria-labelledby={standing.labelledBy}
      aria-describedby={standing.describedBy}
    >
      {element.options.map(({ text, value, description }) => (
        <label key={value} className="choice">
          <input
            type={isMultiple ? 'checkbox' : 'radio'}
            name={id}
            value={value}
            checked={chosen.includes(value)}
            onChange={() => pick(value)}
          />
          <span>
            <Text of={text} />
            {description ? (
              <small>
                <Text of={description} />
              </small>
            ) : null}
          </span>
        </label>
      ))}
      {question ? <ConfirmDialog question={question} /> : null}
    </fieldset>
  )
}
