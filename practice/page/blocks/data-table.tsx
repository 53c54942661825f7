import { useState } from 'react'

import { Icon } from '../icon.tsx'
import { Cell, numberOf, textOf } from './cell.tsx'
import type { DataTableBlock, Cell as SlackCell } from './schema.ts'

interface Order {
  readonly column: number
  readonly isDown: boolean
}

/** Rows that the reader sorts, filters and turns the pages of. */
export function DataTable({ block }: { readonly block: DataTableBlock }) {
  const { caption, page_size, row_header_column_index: rowHeader } = block
  const [head = [], ...body] = block.rows
  const [order, setOrder] = useState<Order>()
  const [filter, setFilter] = useState('')
  const [page, setPage] = useState(0)
  const rows = sorted(filtered(body, filter), order)
  const pages = Math.max(1, Math.ceil(rows.length / page_size))
  const shown = Math.min(page, pages - 1)
  const sortBy = (column: number) => setOrder({ column, isDown: order?.column === column && !order.isDown })
  return (
    <div className="block-data-table">
      <div className="block-data-table-head">
        <strong>{caption}</strong>
        <input
          type="search"
          className="text-input"
          placeholder="Filter"
          aria-label={`Filter ${caption}`}
          value={filter}
          onChange={({ target }) => {
            setFilter(target.value)
            setPage(0)
          }}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="block-table" tabIndex={0}>
        <table>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {head.map((cell, column) => (
                <th
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
                  key={column}
                  scope="col"
                  data-align={isNumeric(body, column) ? 'right' : 'left'}
                  aria-sort={order?.column !== column ? 'none' : order.isDown ? 'descending' : 'ascending'}
                >
                  <button type="button" onClick={() => sortBy(column)}>
                    {textOf(cell)}
                    <Icon name="down" />
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(shown * page_size, (shown + 1) * page_size).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
              <tr key={index}>
                {row.map((cell, column) => {
                  const Tag = column === rowHeader ? 'th' : 'td'
                  return (
                    <Tag
                      // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
                      key={column}
                      scope={Tag === 'th' ? 'row' : undefined}
                      data-align={isNumeric(body, column) ? 'right' : 'left'}
                    >
                      <Cell cell={cell} />
                    </Tag>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="block-data-table-foot">
        <span role="status">
          {rows.length === 0
            ? 'Nothing fits'
            : `${shown * page_size + 1} to ${Math.min(rows.length, (shown + 1) * page_size)} of ${rows.length}`}
        </span>
        <button type="button" className="button" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
          Back
        </button>
        <button type="button" className="button" disabled={shown >= pages - 1} onClick={() => setPage(shown + 1)}>
          Next
        </button>
      </div>
    </div>
  )
}

type Row = readonly SlackCell[]

function filtered(rows: readonly Row[], filter: string): readonly Row[] {
  const wanted = filter.trim().toLowerCase()
  return wanted ? rows.filter((row) => row.some((cell) => textOf(cell).toLowerCase().includes(wanted))) : rows
}

function sorted(rows: readonly Row[], order: Order | undefined): readonly Row[] {
  if (!order) return rows
  const up = rows.toSorted((one, other) => compare(one[order.column], other[order.column]))
  return order.isDown ? up.reverse() : up
}

function compare(one: SlackCell | undefined, other: SlackCell | undefined): number {
  const [a, b] = [numberOf(one), numberOf(other)]
  if (a !== undefined && b !== undefined) return a - b
  return textOf(one).localeCompare(textOf(other), undefined, { numeric: true })
}

function isNumeric(rows: readonly Row[], column: number): boolean {
  return rows.length > 0 && rows.every((row) => numberOf(row[column]) !== undefined)
}
