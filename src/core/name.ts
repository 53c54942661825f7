/** What names are found by: without case, accents and repeated spaces. `Élodie  Müller` is `elodie muller`. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replace(/\s+/g, ' ').trim()
}

export function nameKeys(firstName: string | null, lastName: string | null) {
  const nameKey = fold([firstName, lastName].filter(Boolean).join(' ')) || null
  const surnameKey = fold(lastName ?? '') || null
  return { nameKey, surnameKey }
}
