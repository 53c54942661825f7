import { useEffect, useState } from 'react'

import type { EnrichmentApi, EnrichmentFault, EnrichmentMood } from '../../contract.ts'
import { api } from '../api.ts'

const SWITCHES: Readonly<Record<EnrichmentFault, readonly [label: string, what: string]>> = {
  misses: ['Finds nobody', 'Every answer is a miss'],
  wrongPerson: ['Wrong person', 'Every answer is about somebody else'],
  rateLimited: ['Rate limit', 'It asks to wait'],
  outOfCredits: ['No credits', 'The account is empty'],
  revoked: ['Bad key', 'The key is refused'],
  outage: ['Outage', 'It answers 503, or drops the connection'],
  garbage: ['Garbage', 'It answers with a page, or with half of an answer'],
  silent: ['Silent', 'It never answers'],
}

export function Enrichment({ apis }: { readonly apis: readonly EnrichmentApi[] }) {
  return (
    <>
      <p className="panel-intro">
        Stand-ins for the services that know people or check addresses. Make one slow, or let it fail, and see what the
        program does.
      </p>
      {apis.map((one) => (
        <Api key={one.id} of={one} />
      ))}
    </>
  )
}

function Api({ of: { id, name, calls, faults, mood } }: { readonly of: EnrichmentApi }) {
  const [problem, setProblem] = useState<string>()
  const set = async (change: Partial<EnrichmentMood>) => {
    const outcome = await api.setMood(id, change)
    setProblem(outcome.ok ? undefined : outcome.problem)
  }
  return (
    <section className="tool" aria-labelledby={`api-${id}`}>
      <header>
        <h3 id={`api-${id}`}>{name}</h3>
        <small>{calls === 1 ? '1 call' : `${calls.toLocaleString()} calls`}</small>
      </header>
      <div className="switches">
        {faults.map((fault) => {
          const [label, what] = SWITCHES[fault]
          return (
            <button
              key={fault}
              type="button"
              role="switch"
              className="pill switch"
              aria-checked={mood[fault]}
              aria-label={`${name}: ${label}`}
              title={what}
              onClick={() => void set({ [fault]: !mood[fault] })}
            >
              {label}
            </button>
          )
        })}
        <Latency of={name} ms={mood.latencyMs} onChange={(latencyMs) => void set({ latencyMs })} />
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
      <input
        type="range"
        min={0}
        max={10_000}
        step={100}
        value={shown}
        aria-label={`${of}: latency in milliseconds`}
        title="How long it takes to answer"
        onChange={({ target }) => setShown(Number(target.value))}
        onPointerUp={rest}
        onKeyUp={rest}
        onBlur={rest}
      />
      <output>{shown < 1000 ? `${shown} ms` : `${(shown / 1000).toFixed(1)} s`}</output>
    </label>
  )
}
