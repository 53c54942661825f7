import type { MomentElement } from '../blocks/schema.ts'
import { ConfirmDialog } from './confirm.tsx'
import { type Standing, useElement } from './use-element.ts'

const KINDS = {
  datepicker: { type: 'date', name: 'Date' },
  timepicker: { type: 'time', name: 'Time' },
  datetimepicker: { type: 'datetime-local', name: 'Date and time' },
} as const

/** Date, time, or both; both together are Unix seconds for the app and the reader's zone for people. */
export function Moment({ element, ...standing }: Standing & { readonly element: MomentElement }) {
  const { id, entered, isPending, isInvalid, question, choose } = useElement(standing, element)
  const { type, name } = KINDS[element.type]
  const isBoth = element.type === 'datetimepicker'
  const text = typeof entered === 'string' ? entered : ''
  return (
    <>
      <input
        id={id}
        type={type}
        className="text-input moment"
        value={isBoth ? localOf(text) : text}
        aria-label={standing.labelledBy ? undefined : (element.placeholder?.text ?? name)}
        aria-labelledby={standing.labelledBy}
        aria-describedby={standing.describedBy}
        aria-invalid={isInvalid}
        aria-busy={isPending}
        onChange={({ target: { value } }) => choose(value === '' ? null : isBoth ? secondsOf(value) : value)}
      />
      {question ? <ConfirmDialog question={question} /> : null}
    </>
  )
}

/** Unix seconds as the input wants them: local, without a zone. */
function localOf(seconds: string): string {
  if (!seconds) return ''
  const at = new Date(Number(seconds) * 1000)
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

function secondsOf(local: string): string {
  return String(Math.floor(new Date(local).getTime() / 1000))
}
