import { useState } from 'react'

import type { ExchangeSummary } from '../../contract.ts'
import { ExchangeDetail } from './exchange-detail.tsx'
import { statusOf } from './status.ts'

export function Inspector({ exchanges }: { readonly exchanges: readonly ExchangeSummary[] }) {
  const [party, setParty] = useState('')
  const [opened, setOpened] = useState<number>()
  const parties = [...new Set(exchanges.flatMap(({ from, to }) => [from, to]))].toSorted()
  const shown = exchanges.filter(({ from, to }) => !party || from === party || to === party).toReversed()
  if (opened !== undefined) return <ExchangeDetail id={opened} onBack={() => setOpened(undefined)} />
  return (
    <>
      <p className="panel-intro">Every request and answer between Slack, the program and the tools, as it went.</p>
      {exchanges.length === 0 ? (
        <div className="empty">
          <h2>Nothing yet</h2>
          <p>Type a command, and its request appears here.</p>
        </div>
      ) : (
        <>
          <fieldset className="filters">
            <legend className="visually-hidden">Show the requests of</legend>
            {['', ...parties].map((one) => (
              <button
                key={one}
                type="button"
                className="pill"
                aria-pressed={party === one}
                onClick={() => setParty(one)}
              >
                {one || 'all'}
              </button>
            ))}
          </fieldset>
          <ol className="exchanges">
            {shown.map((exchange) => (
              <li key={exchange.id}>
                <ExchangeRow exchange={exchange} onOpen={() => setOpened(exchange.id)} />
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  )
}

function ExchangeRow({ exchange, onOpen }: { readonly exchange: ExchangeSummary; readonly onOpen: () => void }) {
  const { at, from, to, method, target, status, ms } = exchange
  const { tone, words } = statusOf(status)
  return (
    <button type="button" className="exchange" onClick={onOpen}>
      <span className="exchange-line">
        <span className="exchange-who">
          {from} <span aria-hidden="true">→</span>
          <span className="visually-hidden">to</span> {to}
        </span>
        <time dateTime={new Date(at).toISOString()}>
          {new Date(at).toLocaleTimeString(undefined, { hour12: false })}
        </time>
      </span>
      <span className="exchange-line">
        <code>
          {method} {target}
        </code>
        <span className={`status is-${tone}`} title={words}>
          {status || 'none'}
        </span>
        <small>{ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms</small>
      </span>
    </button>
  )
}
