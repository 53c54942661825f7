import { useEffect, useMemo, useState } from 'react'

import type { Option, Screen } from '../../contract.ts'
import { api } from '../api.ts'
import type { MultiSelectElement, SelectElement, SelectSource, SlackOption } from '../blocks/schema.ts'
import { useWorkspace } from '../workspace-context.ts'
import { matching } from './combobox.tsx'
import { useSurface } from './surface.ts'

export interface Options {
  readonly options: readonly Option[]
  /** Of chosen values, the words for them. */
  named(values: readonly string[]): readonly Option[]
  readonly note: string | undefined
}

/** Slack sheet, section 10.6. */
const MIN_QUERY = 3
/** So that not every letter of a fast typist is asked for. */
const PAUSE_MS = 150

type Menu = SelectElement | MultiSelectElement

export function useOptions(element: Menu, block: string, query: string): Options {
  const { screen } = useWorkspace()
  const source = sourceOf(element)
  const known = useMemo(() => knownOptions(element, source, screen), [element, source, screen])
  const external = useExternal(source === 'external' ? element : undefined, block, query)
  const all = [...known, ...external.seen]
  return {
    options: source === 'external' ? external.options : matching(known, query),
    note: external.note,
    named: (values) => values.map((value) => all.find((one) => one.value === value) ?? { text: value, value }),
  }
}

function sourceOf({ type }: Menu): SelectSource {
  const [, source] = /^(?:multi_)?(static|external|users|conversations|channels)_select$/.exec(type) ?? []
  if (source === 'external' || source === 'users' || source === 'conversations' || source === 'channels') return source
  return 'static'
}

function knownOptions(element: Menu, source: SelectSource, screen: Screen): readonly Option[] {
  switch (source) {
    case 'static':
      return [
        ...(element.options ?? []).map((option) => optionOf(option)),
        ...(element.option_groups ?? []).flatMap(({ label, options }) =>
          options.map((option) => optionOf(option, label.text)),
        ),
      ]
    case 'users':
      return screen.people.map(({ id, name, realName, isBot }) => ({
        value: id,
        text: realName || name,
        description: isBot ? 'App' : `@${name}`,
      }))
    case 'channels':
    case 'conversations':
      return screen.conversations
        .filter(({ kind }) => source === 'conversations' || kind === 'channel')
        .map(({ id, name, kind }) => ({ value: id, text: kind === 'channel' ? `#${name}` : name }))
    case 'external':
      return 'initial_option' in element && element.initial_option
        ? [optionOf(element.initial_option)]
        : 'initial_options' in element
          ? (element.initial_options ?? []).map((option) => optionOf(option))
          : []
  }
}

function optionOf({ text, value, description }: SlackOption, group?: string): Option {
  return {
    text: text.text,
    value,
    ...(description ? { description: description.text } : {}),
    ...(group ? { group } : {}),
  }
}

interface External {
  readonly options: readonly Option[]
  /** All that the app ever answered, for the words of what was chosen from it. */
  readonly seen: readonly Option[]
  readonly note: string | undefined
}

function useExternal(element: Menu | undefined, block: string, query: string): External {
  const { place } = useSurface()
  const [external, setExternal] = useState<External>({ options: [], seen: [], note: undefined })
  const least = element?.min_query_length ?? MIN_QUERY
  const action = element?.action_id
  useEffect(() => {
    if (action === undefined) return
    if (query.trim().length < least) {
      const note = least === 1 ? 'Type to search.' : `Type at least ${least} letters.`
      setExternal(({ seen }) => ({ options: [], seen, note }))
      return
    }
    setExternal((now) => ({ ...now, note: 'Searching…' }))
    const gone = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const options = await api.options({ place, block, action, query }, gone.signal)
        setExternal(({ seen }) => ({ options, seen: [...options, ...seen], note: undefined }))
      } catch (error) {
        if (gone.signal.aborted) return
        const note = error instanceof Error ? error.message : String(error)
        setExternal(({ seen }) => ({ options: [], seen, note }))
      }
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [action, block, place, query, least])
  return external
}
