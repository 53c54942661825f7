import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react'

import { Menu } from '../elements/menu.tsx'
import { Icon } from '../icon.tsx'
import { useWorkspace } from '../workspace-context.ts'
import { type Completion, completionsOf } from './completion.ts'
import { CompletionList } from './completion-list.tsx'
import { useDraft } from './drafts.ts'
import { Outgoing } from './outgoing.tsx'
import { useOutgoing } from './use-outgoing.ts'

export function Composer({
  draftKey,
  conversation,
  thread,
  label,
}: {
  readonly draftKey: string
  readonly conversation: string
  readonly thread?: string
  readonly label: string
}) {
  const { screen, act } = useWorkspace()
  const { text, set, sent } = useDraft(draftKey)
  const [active, setActive] = useState(-1)
  const [isOpen, setOpen] = useState(false)
  const [recalled, setRecalled] = useState(0)
  const [problem, setProblem] = useState<string>()
  const box = useRef<HTMLTextAreaElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const latest = useRef(text)
  latest.current = text
  const outgoing = useOutgoing(conversation, thread, (failed) => {
    if (latest.current === '') set(failed)
  })

  // Only for who types: what was put here otherwise is complete.
  const completions = !isOpen || thread !== undefined ? [] : completionsOf(text, screen.app.commands)
  // A half-typed command is completed by Enter; what follows it may be anything, so Enter sends it.
  const chosen = active >= 0 ? active : completions[0]?.isCommand && text !== completions[0].text.trim() ? 0 : -1
  const listId = `completions-${draftKey}`

  useLayoutEffect(() => {
    if (!box.current) return
    box.current.style.height = 'auto'
    // The height of the text, up to what the style sheet allows.
    box.current.style.height = text ? `${box.current.scrollHeight}px` : ''
  }, [text])

  const change = (next: string) => {
    set(next)
    setActive(-1)
    setOpen(true)
    setProblem(undefined)
  }
  const accept = (completion: Completion | undefined) => {
    if (!completion) return
    change(completion.text)
    box.current?.focus()
  }
  const submit = () => {
    const line = text.trim()
    if (!line) return
    if (thread !== undefined && line.startsWith('/')) {
      const [command] = line.split(/\s/)
      setProblem(`${command} is not supported in threads. Sorry!`)
      return
    }
    sent.push(line)
    setRecalled(0)
    change('')
    setOpen(false)
    outgoing.send(line)
  }
  const recall = (back: number): boolean => {
    const line = back === 0 ? '' : sent.at(-back)
    if (line === undefined) return false
    setRecalled(back)
    set(line)
    setOpen(false)
    return true
  }
  const keys: Readonly<Record<string, (event: KeyboardEvent) => boolean>> = {
    Enter(event) {
      if (event.shiftKey || event.nativeEvent.isComposing) return false
      if (chosen >= 0) accept(completions[chosen])
      else submit()
      return true
    },
    Tab(event) {
      if (event.shiftKey || completions.length === 0) return false
      accept(completions[Math.max(chosen, 0)])
      return true
    },
    Escape() {
      if (completions.length === 0) return false
      setOpen(false)
      return true
    },
    ArrowDown() {
      if (recalled > 0) return recall(recalled - 1)
      if (completions.length === 0) return false
      setActive((chosen + 1) % completions.length)
      return true
    },
    ArrowUp() {
      if (recalled > 0 || text === '') return recall(recalled + 1)
      if (completions.length === 0) return false
      setActive((chosen <= 0 ? completions.length : chosen) - 1)
      return true
    },
  }
  const shortcuts = thread === undefined ? screen.app.shortcuts.filter(({ type }) => type === 'global') : []

  return (
    <div className="composer-area">
      <Outgoing items={outgoing.items} onRetry={outgoing.retry} onDismiss={outgoing.dismiss} />
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
      <div ref={frame} className="composer">
        <textarea
          ref={box}
          id={`composer-${draftKey}`}
          rows={1}
          value={text}
          role="combobox"
          aria-label={label}
          placeholder={label}
          aria-expanded={completions.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
          onChange={({ target }) => {
            setRecalled(0)
            change(target.value)
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={(event) => {
            if (keys[event.key]?.(event)) event.preventDefault()
          }}
        />
        <CompletionList
          anchor={frame}
          id={listId}
          completions={completions}
          active={chosen}
          onPick={(completion) => accept(completion)}
        />
        <div className="composer-tools">
          {shortcuts.length > 0 ? (
            <Menu
              label="Shortcuts"
              className="icon-button"
              items={shortcuts.map(({ callbackId, name, description }) => ({
                key: callbackId,
                label: name,
                description,
                async choose() {
                  const outcome = await act({ act: 'shortcut', callbackId })
                  if (!outcome.ok) setProblem(outcome.problem)
                },
              }))}
            >
              <Icon name="bolt" />
            </Menu>
          ) : null}
          {thread === undefined && screen.app.commands.length > 0 ? (
            <button
              type="button"
              className="icon-button"
              aria-label="Commands"
              title="Commands"
              onClick={() => {
                change('/')
                box.current?.focus()
              }}
            >
              <span className="slash" aria-hidden="true">
                /
              </span>
            </button>
          ) : null}
          <span className="composer-hint" aria-hidden="true">
            {text ? (
              <>
                <kbd>Shift</kbd> + <kbd>Enter</kbd> for a new line
              </>
            ) : null}
          </span>
          <button
            type="button"
            className="send"
            aria-label="Send"
            title="Send"
            disabled={!text.trim()}
            onClick={() => {
              submit()
              box.current?.focus()
            }}
          >
            <Icon name="send" />
          </button>
        </div>
      </div>
    </div>
  )
}
