import type { Person } from '../../contract.ts'
import icon from '../icon.svg'

/** Calm and dark enough for white letters. */
const COLORS = ['#3b6fb6', '#8a4f9e', '#2f7d6b', '#b0562f', '#a23b62', '#5b6b2f', '#4a5fb0', '#7a5c2e']

export function Avatar({ person, isSmall = false }: { readonly person: Person; readonly isSmall?: boolean }) {
  const className = isSmall ? 'avatar is-small' : 'avatar'
  if (person.isBot) return <img className={className} src={icon} alt="" />
  return (
    <span className={className} style={{ background: colorOf(person.id) }} aria-hidden="true">
      {initials(person.realName || person.name)}
    </span>
  )
}

function colorOf(id: string): string | undefined {
  const sum = [...id].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7)
  return COLORS[sum % COLORS.length]
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  const [first = '?', last] = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return [first, last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}
