import { createContext, useContext, useEffect, useState } from 'react'

import { useStored } from './stored.ts'

export type Theme = 'light' | 'dark'
type Choice = Theme | 'system'

export const ThemeContext = createContext<Theme>('light')

export function useShownTheme(): Theme {
  return useContext(ThemeContext)
}

const DARK = '(prefers-color-scheme: dark)'

function isChoice(value: string): value is Choice {
  return value === 'light' || value === 'dark' || value === 'system'
}

/** What is shown, the system's preference until somebody chooses, and what changes it. */
export function useTheme(): { readonly theme: Theme; readonly toggle: () => void } {
  const [choice, setChoice] = useStored<Choice>('theme', 'system', isChoice)
  const [systemDark, setSystemDark] = useState(() => matchMedia(DARK).matches)
  useEffect(() => {
    const query = matchMedia(DARK)
    const follow = () => setSystemDark(query.matches)
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
  const theme = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
  return { theme, toggle: () => setChoice(theme === 'dark' ? 'light' : 'dark') }
}
