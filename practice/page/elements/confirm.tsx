import { Plain, Text } from '../text/text.tsx'
import { Dialog } from './dialog.tsx'
import type { Question } from './use-element.ts'

export function ConfirmDialog({ question: { confirm, yes, no } }: { readonly question: Question }) {
  const title = confirm.title?.text ?? 'Are you sure?'
  return (
    <Dialog label={title} className="dialog dialog-small" onClose={no}>
      <header className="dialog-head">
        <h2>
          <Plain text={title} />
        </h2>
      </header>
      <div className="dialog-body">
        <Text of={confirm.text} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={no}>
          {confirm.deny?.text ?? 'Cancel'}
        </button>
        <button type="button" className={`button ${confirm.style === 'danger' ? 'danger' : 'primary'}`} onClick={yes}>
          {confirm.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </Dialog>
  )
}
