import { useEffect, useState } from 'react'

/** State that outlives a reload. Where the browser keeps nothing, it is ordinary state. */
export function useStored<T extends string>(key: string, initial: T, isValid: (value: string) => value is T) {
  const [value, setValue] = useState<T>(() => {
    const stored = read(key)
    return stored !== null && isValid(stored) ? stored : initial
  })
  useEffect(() => write(key, value), [key, value])
  return [value, setValue] as const
}

export function isText(_value: string): _value is string {
  return true
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(`practice.${key}`)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`practice.${key}`, value)
  } catch {
    // Private windows may refuse.
  }
}
