import { useRef, useState } from 'react'

import type { EmailAct, EmailAction, EmailResult, EmailTool } from '../../contract.ts'
import { api } from '../api.ts'
import { statusOf } from './status.ts'

const LABELS: Readonly<Record<EmailAction, string>> = {
  sent: 'Sent',
  delivered: 'Delivered',
  opened: 'Opened',
  machine_opened: 'Opened by a machine',
  clicked: 'Clicked',
  replied: 'Replied',
  bounced: 'Bounced',
  unsubscribed: 'Unsubscribed',
}

type Shown = EmailResult | { readonly problem: string }

export function EmailToolCard({ tool, contact }: { readonly tool: EmailTool; readonly contact: string }) {
  const [pending, setPending] = useState<string>()
  const [result, setResult] = useState<Shown>()
  const sent = useRef(0)
  async function send(key: string, act: EmailAct) {
    if (pending !== undefined) return
    setPending(key)
    sent.current += 1
    try {
      setResult(await api.email(act))
    } catch (error) {
      setResult({ problem: error instanceof Error ? error.message : String(error) })
    } finally {
      setPending(undefined)
    }
  }
  const more: readonly (readonly [label: string, act: EmailAct])[] = [
    ['Replay last', { kind: 'replay-last', tool: tool.id }],
    ['Replay 1,000', { kind: 'replay-batch', tool: tool.id }],
    ['Send a forged one', { kind: 'forge', tool: tool.id, contact }],
  ]
  return (
    <section className="tool" aria-labelledby={`tool-${tool.id}`}>
      <header>
        <h3 id={`tool-${tool.id}`}>{tool.name}</h3>
      </header>
      <div className="tool-actions">
        {tool.actions.map((action) => (
          <button
            key={action}
            type="button"
            className="pill"
            disabled={!contact}
            aria-label={`${tool.name}: ${LABELS[action]}`}
            aria-busy={pending === action}
            onClick={() => void send(action, { kind: 'event', tool: tool.id, action, contact })}
          >
            {LABELS[action]}
          </button>
        ))}
      </div>
      <div className="tool-more">
        {more.map(([label, act]) => (
          <button
            key={act.kind}
            type="button"
            className="link-button"
            disabled={act.kind === 'forge' && !contact}
            aria-label={`${tool.name}: ${label}`}
            aria-busy={pending === act.kind}
            onClick={() => void send(act.kind, act)}
          >
            {label}
          </button>
        ))}
      </div>
      <div role="status">{result ? <Result key={sent.current} result={result} /> : null}</div>
    </section>
  )
}

function Result({ result }: { readonly result: Shown }) {
  if ('problem' in result) return <p className="field-error">{result.problem}</p>
  const { what, requests, status, body, ms } = result
  const { tone, words } = statusOf(status)
  return (
    <div className="tool-result">
      <p>
        <span className={`status is-${tone}`}>
          {status > 0 ? `${status} ` : ''}
          {words}
        </span>
        <small>
          {requests > 1 ? `${requests.toLocaleString()} requests, ` : ''}
          {ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms
        </small>
      </p>
      <p>{what}</p>
      {body.trim() ? <code title={body}>{body.trim().slice(0, 300)}</code> : null}
    </div>
  )
}
