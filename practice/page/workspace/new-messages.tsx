import { useEffect, useRef, useState } from 'react'

import type { Screen } from '../../contract.ts'

/** Reads new messages out to those who cannot see them come. */
export function NewMessages({ screen }: { readonly screen: Screen }) {
  const known = useRef<Set<string>>(undefined)
  const [said, setSaid] = useState('')
  useEffect(() => {
    const all = screen.conversations.flatMap(({ id, name, messages }) =>
      messages.map((message) => ({ key: `${id}/${message.ts}`, name, message })),
    )
    const before = known.current
    known.current = new Set(all.map(({ key }) => key))
    if (!before) return
    const [first, ...more] = all.filter(({ key, message }) => !before.has(key) && message.from.id !== screen.me.id)
    if (!first) return
    const { name, message } = first
    const rest = more.length > 0 ? ` And ${more.length} more.` : ''
    setSaid(`${message.from.realName || message.from.name} in ${name}: ${message.text.slice(0, 300)}${rest}`)
  }, [screen])
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  )
}
