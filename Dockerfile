FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

# No dependency needs an install script: better-sqlite3 brings its binaries. The only optional one is Node itself.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

COPY drizzle ./drizzle
COPY src ./src

# The folder exists before the volume, so that the volume belongs to the user of the program.
RUN mkdir data && chown node:node data && chmod 700 data
USER node
VOLUME /app/data

EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# The flags are those of npm start.
CMD ["node", "--import=./src/runtime.ts", "--max-semi-space-size=8", "--max-old-space-size=512", "src/main.ts"]
