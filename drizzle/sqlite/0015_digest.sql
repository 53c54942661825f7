CREATE TABLE `digest_settings` (
	`id` text PRIMARY KEY NOT NULL,
	`channel` text,
	`at` text NOT NULL,
	`days` text NOT NULL,
	`saved_by` text NOT NULL,
	`saved_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `digests` (
	`day` text PRIMARY KEY NOT NULL,
	`claimed_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `imports_ended` ON `imports` (`ended_at`) WHERE ended_at is not null;
