CREATE TABLE `digest_posts` (
	`id` text PRIMARY KEY NOT NULL,
	`day` text NOT NULL,
	`content` text NOT NULL,
	`at` integer NOT NULL,
	`channel` text,
	`ts` text,
	`replies` integer DEFAULT 0 NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `digest_posts_at` ON `digest_posts` (`at`);--> statement-breakpoint
-- A message may be about several people.
CREATE TABLE `posts_of_people` (
	`channel` text NOT NULL,
	`ts` text NOT NULL,
	`contact_id` integer NOT NULL,
	`kind` text NOT NULL,
	PRIMARY KEY(`channel`, `ts`, `contact_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `posts_of_people`(`channel`, `ts`, `contact_id`, `kind`) SELECT `channel`, `ts`, `contact_id`, `kind` FROM `posts`;--> statement-breakpoint
DROP TABLE `posts`;--> statement-breakpoint
ALTER TABLE `posts_of_people` RENAME TO `posts`;--> statement-breakpoint
CREATE INDEX `posts_contact` ON `posts` (`contact_id`);
