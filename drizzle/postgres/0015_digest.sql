CREATE TABLE "digest_settings" (
	"id" text PRIMARY KEY NOT NULL,
	"channel" text,
	"at" text NOT NULL,
	"days" jsonb NOT NULL,
	"saved_by" text NOT NULL,
	"saved_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "digests" (
	"day" text PRIMARY KEY NOT NULL,
	"claimed_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "imports_ended" ON "imports" USING btree ("ended_at") WHERE ended_at is not null;
