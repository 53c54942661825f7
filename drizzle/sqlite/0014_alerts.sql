CREATE TABLE `alert_kinds` (
	`kind` text PRIMARY KEY NOT NULL,
	`is_on` integer NOT NULL,
	`threshold` real,
	`by` text NOT NULL,
	`at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `alert_rules` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kinds` text NOT NULL,
	`campaign` text,
	`tag` text,
	`owner` text,
	`target` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `alert_people` (
	`user` text PRIMARY KEY NOT NULL,
	`quiet_from` text NOT NULL,
	`quiet_until` text NOT NULL,
	`time_zone` text NOT NULL,
	`at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `alert_marks` (
	`contact_id` integer NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`contact_id`, `kind`),
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `alert_notices` (
	`kind` text NOT NULL,
	`about` text NOT NULL,
	`period` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`kind`, `about`)
) STRICT, WITHOUT ROWID;
