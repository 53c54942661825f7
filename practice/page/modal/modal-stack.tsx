import type { Modal } from '../../contract.ts'
import { Dialog } from '../elements/dialog.tsx'
import { useWorkspace } from '../workspace-context.ts'
import { ModalView } from './modal-view.tsx'

/** The views that the app opened, one upon the other; those below keep what was entered in them. */
export function ModalStack({ modals }: { readonly modals: readonly Modal[] }) {
  const { act } = useWorkspace()
  const top = modals.at(-1)
  if (!top) return null
  const back = () => void act({ act: 'close', modal: top.id })
  return (
    <Dialog label={top.title} className="dialog" onClose={back}>
      {modals.map((modal) => (
        <ModalView
          key={modal.id}
          modal={modal}
          isTop={modal === top}
          isPushed={modals.length > 1}
          onBack={back}
          onCloseAll={() => void act({ act: 'close', modal: top.id, all: true })}
        />
      ))}
    </Dialog>
  )
}
