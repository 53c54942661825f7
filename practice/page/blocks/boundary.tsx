import { Component, type ReactNode } from 'react'

import type { Block } from '../../contract.ts'

interface Props {
  readonly block: Block
  readonly children: ReactNode
}

/** One block that cannot be drawn costs only itself. */
export class BlockBoundary extends Component<Props, { readonly failed: Block | undefined }> {
  override state: { readonly failed: Block | undefined } = { failed: undefined }

  override componentDidCatch() {
    this.setState({ failed: this.props.block })
  }

  static getDerivedStateFromError() {
    return {}
  }

  override render() {
    const { block, children } = this.props
    return this.state.failed === block ? <Undrawable block={block} /> : children
  }
}

export function Undrawable({ block }: { readonly block: Block }) {
  return (
    <details className="undrawable">
      <summary>A block of type {block.type}, which this page cannot draw</summary>
      <pre>{JSON.stringify(block, null, 2)}</pre>
    </details>
  )
}
