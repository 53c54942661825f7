import { type FormEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react'

import type { Modal } from '../../contract.ts'
import { Blocks, SurfaceProblem } from '../blocks/blocks.tsx'
import { SurfaceProvider, useNewSurface } from '../elements/surface.ts'
import { Icon } from '../icon.tsx'
import { useWorkspace } from '../workspace-context.ts'

export function ModalView({
  modal,
  isTop,
  isPushed,
  onBack,
  onCloseAll,
}: {
  readonly modal: Modal
  readonly isTop: boolean
  readonly isPushed: boolean
  readonly onBack: () => void
  readonly onCloseAll: () => void
}) {
  const { act } = useWorkspace()
  const { id, title, submit, close, blocks, errors } = modal
  const place = useMemo(() => ({ surface: 'modal', id }) as const, [id])
  const [isSending, setSending] = useState(false)
  const [failure, setFailure] = useState<string>()
  const surface = useNewSurface(place, blocks, errors)
  const form = useRef<HTMLFormElement>(null)
  const isBusy = modal.isBusy || isSending
  const problem = failure ?? modal.problem

  useFirstFocus(form, isTop)
  useEffect(() => {
    // What the app says is wrong is where the person should be.
    if (isTop && Object.keys(errors).length > 0) firstWrong(form.current)?.focus()
  }, [errors, isTop])

  async function send(event: FormEvent) {
    event.preventDefault()
    if (isBusy) return
    setFailure(undefined)
    setSending(true)
    const outcome = await act({ act: 'submit', modal: id, values: surface.values })
    setSending(false)
    if (!outcome.ok) setFailure(outcome.problem)
  }

  return (
    <form ref={form} className="modal" hidden={!isTop} noValidate aria-busy={isBusy} onSubmit={send}>
      <header className="dialog-head">
        {isPushed ? (
          <button type="button" className="icon-button" aria-label="Back" title="Back" onClick={onBack}>
            <Icon name="back" />
          </button>
        ) : null}
        <h2>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" title="Close" onClick={onCloseAll}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">
        {problem ? (
          <p className="dialog-problem" role="alert">
            <Icon name="warning" />
            {problem}
          </p>
        ) : null}
        <SurfaceProvider value={surface}>
          <Blocks blocks={blocks} />
          <SurfaceProblem />
        </SurfaceProvider>
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onBack}>
          {close}
        </button>
        {submit === undefined ? null : (
          <button type="submit" className="button primary" aria-busy={isBusy}>
            {submit}
          </button>
        )}
      </footer>
    </form>
  )
}

const FIELDS = 'input:not([type=hidden]):not([hidden]), textarea, .drop button'

/** The field that asks for the focus, else the first, as soon as the view is on top. */
function useFirstFocus(form: RefObject<HTMLFormElement | null>, isTop: boolean): void {
  useEffect(() => {
    if (!isTop) return
    const wanted = form.current?.querySelector<HTMLElement>('[data-focus-on-load=true]')
    const first = form.current?.querySelector<HTMLElement>(FIELDS)
    const close = form.current?.querySelector<HTMLElement>('.dialog-foot button')
    const target = wanted ?? first ?? close
    target?.focus()
  }, [form, isTop])
}

function firstWrong(form: HTMLFormElement | null): HTMLElement | null | undefined {
  return form?.querySelector<HTMLElement>(`.field.is-wrong :is(${FIELDS})`)
}
