import type { KeyboardEvent } from 'react'

import type { PracticeState } from '../../contract.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Clock } from './clock.tsx'
import { EmailTools } from './email-tools.tsx'
import { Enrichment } from './enrichment.tsx'
import { Inspector } from './inspector.tsx'

export type PanelTab = 'email' | 'enrichment' | 'inspector'

const TABS: readonly (readonly [tab: PanelTab, label: string, icon: IconName])[] = [
  ['email', 'E-mail tools', 'mail'],
  ['enrichment', 'Enrichment', 'spark'],
  ['inspector', 'Inspector', 'pulse'],
]

/** What surrounds the program besides Slack. */
export function Panel({
  state,
  tab,
  onTab,
}: {
  readonly state: PracticeState
  readonly tab: PanelTab
  readonly onTab: (tab: PanelTab) => void
}) {
  const step = ({ key, currentTarget }: KeyboardEvent<HTMLElement>) => {
    const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
    const at = TABS.findIndex(([id]) => id === tab)
    const next = TABS.at((at + by) % TABS.length)
    if (by === 0 || !next) return
    onTab(next[0])
    currentTarget.querySelector<HTMLElement>(`#tab-${next[0]}`)?.focus()
  }
  return (
    <aside className="pane pane-side panel" aria-label="Practice tools">
      <div className="panel-tabs" role="tablist" aria-label="Practice tools" onKeyDown={step}>
        {TABS.map(([id, label, icon]) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === tab}
            aria-controls="tab-content"
            tabIndex={id === tab ? 0 : -1}
            onClick={() => onTab(id)}
          >
            <Icon name={icon} />
            {label}
          </button>
        ))}
      </div>
      <div key={tab} id="tab-content" className="panel-content" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'email' ? <EmailTools tools={state.tools} contacts={state.contacts} /> : null}
        {tab === 'enrichment' ? <Enrichment apis={state.enrichment} /> : null}
        {tab === 'inspector' ? <Inspector exchanges={state.exchanges} /> : null}
      </div>
      <Clock />
    </aside>
  )
}
