import { useEffect, useMemo, useState } from 'react'

import type { HomeView } from '../../contract.ts'
import { Blocks, SurfaceProblem } from '../blocks/blocks.tsx'
import { SurfaceProvider, useNewSurface } from '../elements/surface.ts'
import { Icon } from '../icon.tsx'
import { useWorkspace } from '../workspace-context.ts'
import { AppTabs } from './app-tabs.tsx'

export function HomePane() {
  const { screen, act } = useWorkspace()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    void act({ act: 'open-home' }).then((outcome) => setProblem(outcome.ok ? undefined : outcome.problem))
  }, [act])
  return (
    <>
      <header className="pane-head">
        <h1>{screen.app.name}</h1>
      </header>
      <AppTabs current="home" />
      <div className="scroll">
        {problem ? (
          <p className="field-error" role="alert">
            {problem}
          </p>
        ) : null}
        {screen.home ? (
          <Published key={screen.home.id} home={screen.home} />
        ) : (
          <div className="empty">
            <Icon name="home" />
            <h2>Nothing here yet</h2>
            <p>{screen.app.name} has not published its Home. It may do so in a moment.</p>
          </div>
        )}
      </div>
    </>
  )
}

function Published({ home }: { readonly home: HomeView }) {
  const place = useMemo(() => ({ surface: 'home' }) as const, [])
  return (
    <SurfaceProvider value={useNewSurface(place, home.blocks)}>
      <div className="home">
        <Blocks blocks={home.blocks} />
        <SurfaceProblem />
      </div>
    </SurfaceProvider>
  )
}
