import { useWorkspace } from '../workspace-context.ts'

/** Home and Messages of the app, above both. */
export function AppTabs({ current }: { readonly current: 'home' | 'messages' }) {
  const { screen, open } = useWorkspace()
  const direct = screen.conversations.find(({ kind }) => kind === 'dm')
  if (!screen.app.hasHome || !direct) return null
  return (
    <nav className="tabs" aria-label={screen.app.name}>
      <button
        type="button"
        aria-current={current === 'home' ? 'page' : undefined}
        onClick={() => open({ kind: 'home' })}
      >
        Home
      </button>
      <button
        type="button"
        aria-current={current === 'messages' ? 'page' : undefined}
        onClick={() => open({ kind: 'conversation', id: direct.id })}
      >
        Messages
      </button>
    </nav>
  )
}
