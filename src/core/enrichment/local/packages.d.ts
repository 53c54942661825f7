declare module 'email-providers' {
  /** Domains in lower case. */
  const domains: readonly string[]
  export default domains
}

declare module 'role-based-email-addresses' {
  /** Local parts in lower case. */
  const prefixes: readonly string[]
  export default prefixes
}
