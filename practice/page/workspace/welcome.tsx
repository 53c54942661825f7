import type { Conversation, PracticeState } from '../../contract.ts'
import { useStored } from '../stored.ts'
import { useWorkspace } from '../workspace-context.ts'
import { examplesOf } from './completion.ts'
import { useDraft } from './drafts.ts'
import { startOf } from './messages.ts'

function isAnswer(value: string): value is 'open' | 'done' {
  return value === 'open' || value === 'done'
}

/** The first two minutes, for somebody who has never seen the program. */
export function Welcome({
  conversation: { id },
  contacts,
}: {
  readonly conversation: Conversation
  readonly contacts: PracticeState['contacts']
}) {
  const { screen } = useWorkspace()
  const [answer, setAnswer] = useStored('welcome', 'open', isAnswer)
  const draft = useDraft(id)
  const examples = examplesOf(screen.app.commands, contacts[0])
  if (answer === 'done' || startOf(screen.conversations)?.id !== id || examples.length === 0) return null
  const hide = (
    <button type="button" className="link-button" onClick={() => setAnswer('done')}>
      Hide this
    </button>
  )
  if (draft.sent.length > 0)
    return (
      <aside className="welcome is-short" aria-label="Next step">
        <p>
          Next: press a button on an answer, or let a contact reply in <strong>E-mail tools</strong>.
        </p>
        {hide}
      </aside>
    )
  return (
    <aside className="welcome" aria-label="First steps">
      <h2>Try {screen.app.name} in two minutes</h2>
      <ol>
        <li>
          <span>Ask about somebody. Choose one of these, then press Enter:</span>
          <span className="welcome-examples">
            {examples.map((example) => (
              <button
                key={example}
                type="button"
                className="example"
                onClick={() => {
                  draft.set(example)
                  document.getElementById(`composer-${id}`)?.focus()
                }}
              >
                {example}
              </button>
            ))}
          </span>
        </li>
        <li>Press a button on the answer.</li>
        <li>
          In <strong>E-mail tools</strong>, let a contact click or reply, and see what arrives here.
        </li>
        <li>
          Move the <strong>clock</strong> below them to the next morning, and read the digest.
        </li>
      </ol>
      {hide}
    </aside>
  )
}
