import { useEffect, useState } from 'react'

import type { EnrichmentApi, EnrichmentMood } from '../../contract.ts'
import { api } from '../api.ts'

const SWITCHES: readonly (readonly [
  mood: 'misses' | 'rateLimited' | 'outage' | 'outOfCredits',
  label: string,
  what: string,
])[] = [
  ['misses', 'Finds nobody', 'every answer is a miss'],
  ['rateLimited', 'Rate limit', 'answers 429'],
  ['outage', 'Outage', 'answers 503'],
  ['outOfCredits', 'Out of credits', 'the account is empty'],
]

export function Enrichment({ apis }: { readonly apis: readonly EnrichmentApi[] }) {
  const isUsed = apis.some(({ calls }) => calls > 0)
  return (
    <>
      <p className="panel-intro">
        Stand-ins for the APIs that know more about people. Make one slow, or let it fail, and see what the program
        does.
      </p>
      {isUsed ? null : <p className="hint">The program has not asked any of them yet.</p>}
      {apis.map((one) => (
        <Api key={one.id} of={one} />
      ))}
    </>
  )
}

function Api({ of: { id, name, calls, mood } }: { readonly of: EnrichmentApi }) {
  const [problem, setProblem] = useState<string>()
  const set = async (change: Partial<EnrichmentMood>) => {
    const outcome = await api.setMood(id, change)
    setProblem(outcome.ok ? undefined : outcome.problem)
  }
  return (
    <section className="tool" aria-labelledby={`api-${id}`}>
      <header>
        <h3 id={`api-${id}`}>{name}</h3>
        <small>{calls === 1 ? '1 call' : `${calls} calls`}</small>
      </header>
      <Latency of={name} ms={mood.latencyMs} onChange={(latencyMs) => void set({ latencyMs })} />
      <div className="switches">
        {SWITCHES.map(([key, label, what]) => (
          <label key={key} className="switch">
            <input
              type="checkbox"
              role="switch"
              checked={mood[key]}
              aria-checked={mood[key]}
              aria-label={`${name}: ${label}`}
              onChange={({ target }) => void set({ [key]: target.checked })}
            />
            <span>
              {label}
              <small>{what}</small>
            </span>
          </label>
        ))}
      </div>
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
    </section>
  )
}

/** Follows the hand at once, and tells the server when the hand rests. */
function Latency({
  of,
  ms,
  onChange,
}: {
  readonly of: string
  readonly ms: number
  readonly onChange: (ms: number) => void
}) {
  const [shown, setShown] = useState(ms)
  useEffect(() => setShown(ms), [ms])
  const rest = () => shown !== ms && onChange(shown)
  return (
    <label className="latency">
      <span>
        Latency <output>{shown < 1000 ? `${shown} ms` : `${(shown / 1000).toFixed(1)} s`}</output>
      </span>
      <input
        type="range"
        min={0}
        max={10_000}
        step={100}
        value={shown}
        aria-label={`${of}: latency in milliseconds`}
        onChange={({ target }) => setShown(Number(target.value))}
        onPointerUp={rest}
        onKeyUp={rest}
        onBlur={rest}
      />
    </label>
  )
}
