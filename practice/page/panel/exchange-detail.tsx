import { type ReactNode, useEffect, useRef, useState } from 'react'

import type { Exchange } from '../../contract.ts'
import { api } from '../api.ts'
import { Icon } from '../icon.tsx'
import { longTime } from '../text/date.ts'
import { type BodyPart, readBody } from './body.ts'
import { statusOf } from './status.ts'

export function ExchangeDetail({ id, onBack }: { readonly id: number; readonly onBack: () => void }) {
  const [exchange, setExchange] = useState<Exchange>()
  const [problem, setProblem] = useState<string>()
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    back.current?.focus()
    api.exchange(id).then(setExchange, (error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error))
    })
  }, [id])
  return (
    <>
      <button ref={back} type="button" className="link-button back" onClick={onBack}>
        <Icon name="back" />
        All requests
      </button>
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
      {exchange ? <Both exchange={exchange} /> : null}
    </>
  )
}

function Both({ exchange }: { readonly exchange: Exchange }) {
  const { at, from, to, method, target, status, ms } = exchange
  const { tone, words } = statusOf(status)
  return (
    <>
      <h3 className="exchange-title">
        <code>
          {method} {target}
        </code>
      </h3>
      <p className="exchange-facts">
        {from} → {to} · {longTime(at)} · {ms.toFixed(1)} ms
      </p>
      <Side title="Request" headers={exchange.requestHeaders} body={exchange.requestBody} />
      <Side title="Answer" headers={exchange.responseHeaders} body={exchange.responseBody}>
        <span className={`status is-${tone}`}>
          {status > 0 ? `${status} ` : ''}
          {words}
        </span>
      </Side>
    </>
  )
}

function Side({
  title,
  headers,
  body,
  children,
}: {
  readonly title: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly children?: ReactNode
}) {
  const contentType = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const raw = [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join('\n')
  return (
    <section className="exchange-side" aria-label={title}>
      <header>
        <h4>{title}</h4>
        {children}
        <Copy text={raw} what={title.toLowerCase()} />
      </header>
      <details>
        <summary>{Object.keys(headers).length === 1 ? '1 header' : `${Object.keys(headers).length} headers`}</summary>
        <dl>
          {Object.entries(headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {readBody(body, contentType).map(({ name, text }: BodyPart) => (
        <figure key={name}>
          {name ? <figcaption>{name}</figcaption> : null}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{text}</pre>
        </figure>
      ))}
    </section>
  )
}

function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Copy the ${what}`}
      title="Copy"
      onClick={() => void copy()}
    >
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  )
}
