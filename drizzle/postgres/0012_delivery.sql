CREATE TABLE "channel_troubles" (
	"target" text PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"since" bigint NOT NULL,
	"tried_at" bigint NOT NULL,
	"told_at" bigint
);
--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "uncertain" boolean DEFAULT false NOT NULL;
