import type {
  Act,
  ClockMove,
  EmailAct,
  EmailResult,
  EnrichmentMood,
  Exchange,
  FileOnScreen,
  Option,
  OptionsQuery,
  Outcome,
  PracticeState,
} from '../contract.ts'

const BASE = '/practice'

/** The practice server is not there, or broke. Its message is for people. */
export class ServerError extends Error {
  override name = 'ServerError'
}

export const api = {
  state: () => get<PracticeState>('/state'),
  exchange: (id: number) => get<Exchange>(`/exchanges/${id}`),
  options: (query: OptionsQuery, signal: AbortSignal) => post<readonly Option[]>('/options', query, signal),
  email: (act: EmailAct) => post<EmailResult>('/email', act),
  setMood: (id: string, mood: Partial<EnrichmentMood>) => outcome(`/enrichment/${encodeURIComponent(id)}`, mood),
  moveClock: (move: ClockMove) => outcome('/clock', { move }),
  act: (act: Act) => outcome('/act', act),
  addFile: (file: File) =>
    request<FileOnScreen>(`/files?name=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      body: file,
      headers: { 'content-type': file.type || 'application/octet-stream' },
    }),
  changes: () => new EventSource(`${BASE}/changes`),
}

async function outcome(path: string, body: unknown): Promise<Outcome> {
  try {
    return await post<Outcome>(path, body)
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) }
  }
}

function get<T>(path: string): Promise<T> {
  return request(path, {})
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...(signal ? { signal } : {}),
  })
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(`${BASE}${path}`, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ServerError('The practice server does not answer. Start it again with npm run demo.', { cause: error })
  }
  // Page and server are one program, so the types of the contract hold.
  if (response.ok) return (await response.json()) as T
  throw new ServerError(await problemIn(response))
}

async function problemIn(response: Response): Promise<string> {
  try {
    const { problem } = (await response.json()) as { problem?: unknown }
    if (typeof problem === 'string') return problem
  } catch {
    // Not from the API itself.
  }
  return `The practice server answered ${response.status}.`
}
