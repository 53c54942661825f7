CREATE TABLE `channel_troubles` (
	`target` text PRIMARY KEY NOT NULL,
	`code` text NOT NULL,
	`since` integer NOT NULL,
	`tried_at` integer NOT NULL,
	`told_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `jobs` ADD `uncertain` integer DEFAULT false NOT NULL;
