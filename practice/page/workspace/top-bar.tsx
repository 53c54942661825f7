import { Icon } from '../icon.tsx'
import { useShownTheme } from '../theme.ts'
import { useWorkspace } from '../workspace-context.ts'

export function TopBar({ onTheme }: { readonly onTheme: () => void }) {
  const { screen } = useWorkspace()
  const other = useShownTheme() === 'dark' ? 'light' : 'dark'
  return (
    <header className="top-bar">
      <div className="team">
        <span className="team-mark" aria-hidden="true">
          {screen.team.name.slice(0, 1)}
        </span>
        <strong>{screen.team.name}</strong>
      </div>
      <p className="top-note">A stand-in for Slack. Nothing here leaves this computer.</p>
      <button
        type="button"
        className="icon-button"
        aria-label={`Use the ${other} theme`}
        title={`Use the ${other} theme`}
        onClick={onTheme}
      >
        <Icon name={other === 'light' ? 'sun' : 'moon'} />
      </button>
    </header>
  )
}
