import type { Pane } from '../app.tsx'
import { Icon, type IconName } from '../icon.tsx'

const ENTRIES: readonly (readonly [pane: Pane, label: string, icon: IconName])[] = [
  ['sidebar', 'Channels', 'hash'],
  ['chat', 'Chat', 'chat'],
  ['tools', 'Practice tools', 'mail'],
]

/** How a narrow window gets from one part to another. */
export function BottomBar({
  pane,
  news,
  onPane,
}: {
  readonly pane: Pane
  readonly news: readonly Pane[]
  readonly onPane: (pane: Pane) => void
}) {
  return (
    <nav className="bottom-bar" aria-label="Parts of the page">
      {ENTRIES.map(([id, label, icon]) => (
        <button key={id} type="button" aria-current={pane === id ? 'page' : undefined} onClick={() => onPane(id)}>
          <Icon name={icon} />
          {label}
          {news.includes(id) ? <span className="dot" role="img" aria-label="unread messages" /> : null}
        </button>
      ))}
    </nav>
  )
}
