import { type ReactNode, useLayoutEffect, useRef } from 'react'

/** A modal dialog of the browser's own, which keeps the focus inside and gives it back. */
export function Dialog({
  label,
  className,
  onClose,
  children,
}: {
  readonly label: string
  readonly className: string
  /** Escape was pressed. */
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const ref = useRef<HTMLDialogElement>(null)
  // Before the effects of what is inside, which may choose where the focus goes.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={className}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault()
        if (event.target === event.currentTarget) onClose()
      }}
      onKeyDown={(event) => {
        // Without this a second Escape closes the dialog past us.
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        onClose()
      }}
    >
      {children}
    </dialog>
  )
}
