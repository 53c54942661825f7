import { Icon } from '../icon.tsx'
import type { OutgoingLine } from './use-outgoing.ts'

export function Outgoing({
  items,
  onRetry,
  onDismiss,
}: {
  readonly items: readonly OutgoingLine[]
  readonly onRetry: (line: OutgoingLine) => void
  readonly onDismiss: (line: OutgoingLine) => void
}) {
  return items.map((line) =>
    line.problem === undefined ? (
      <p key={line.id} className="outgoing" role="status">
        <span className="spinner" aria-hidden="true" />
        <code>{line.text}</code>
        <span>running…</span>
      </p>
    ) : (
      <div key={line.id} className="outgoing is-failed" role="alert">
        <Icon name="warning" />
        <span className="outgoing-text">
          <code>{line.text}</code> {line.problem}
        </span>
        <button type="button" className="button" onClick={() => onRetry(line)}>
          Try again
        </button>
        <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => onDismiss(line)}>
          <Icon name="close" />
        </button>
      </div>
    ),
  )
}
