import { useMemo, useState } from 'react'

import type { Option, PracticeState } from '../../contract.ts'
import { Combobox, matching } from '../elements/combobox.tsx'
import { isText, useStored } from '../stored.ts'
import { EmailToolCard } from './email-tool.tsx'

/** Whom the list shows before anything is typed. */
const SHOWN = 50
/** Tools that are there at once; the others are a press away. */
const AT_ONCE = 5

export function EmailTools({ tools, contacts }: Pick<PracticeState, 'tools' | 'contacts'>) {
  const [stored, setContact] = useStored('contact', '', isText)
  const [query, setQuery] = useState('')
  const [showsAll, setShowsAll] = useState(false)
  const hidden = showsAll ? 0 : Math.max(0, tools.length - AT_ONCE)
  const options = useMemo(() => contacts.map(({ email, name, company }) => optionOf(email, name, company)), [contacts])
  const contact = stored || (contacts[0]?.email ?? '')
  const chosen =
    options.find(({ value }) => value === contact) ?? (contact ? { text: contact, value: contact } : undefined)
  if (tools.length === 0)
    return (
      <div className="empty">
        <h2>No e-mail tool is switched on</h2>
        <p>A tool is on when the program has its secret, such as RESEND_WEBHOOK_SECRET.</p>
      </div>
    )
  return (
    <>
      <p className="panel-intro">
        What your e-mail tools would report. Each button sends a webhook that is really signed, as that tool signs it.
        Opened within ten seconds of “Delivered” looks like a machine, as it would be.
      </p>
      <div className="contact-picker">
        <div className="field-label" id="contact-label">
          Contact
        </div>
        <Combobox
          options={matching(options, query).slice(0, SHOWN)}
          chosen={chosen ? [chosen] : []}
          placeholder="Search, or type an address"
          labelledBy="contact-label"
          note={query.includes('@') ? 'Press Enter to use this address.' : undefined}
          fromText={(text) => (text.includes('@') ? { text: text.trim(), value: text.trim() } : undefined)}
          onQuery={setQuery}
          onChoose={([next]) => setContact(next?.value ?? '')}
        />
      </div>
      {tools.slice(0, tools.length - hidden).map((tool) => (
        <EmailToolCard key={tool.id} tool={tool} contact={contact} />
      ))}
      {hidden > 0 ? (
        <button type="button" className="link-button" onClick={() => setShowsAll(true)}>
          Show {hidden} more tools
        </button>
      ) : null}
    </>
  )
}

function optionOf(email: string, name: string, company: string): Option {
  return { text: name || email, value: email, description: [name ? email : '', company].filter(Boolean).join(' · ') }
}
