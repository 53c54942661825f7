import type { ReactNode } from 'react'

/** Only web and mail addresses lead anywhere; opened apart, because the page must stay. */
export function Link({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (!/^(?:https?:|mailto:|tel:)/i.test(href)) return <span>{children}</span>
  return (
    <a className="link" href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  )
}
