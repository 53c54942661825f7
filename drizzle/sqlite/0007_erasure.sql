CREATE TABLE `erased` (
	`hash` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`reason` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `erasure` (
	`id` text PRIMARY KEY NOT NULL,
	`people` integer NOT NULL,
	`key_mark` text
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `erasure` (`id`, `people`) VALUES ('all', 0);--> statement-breakpoint
CREATE TABLE `posts` (
	`channel` text NOT NULL,
	`ts` text NOT NULL,
	`contact_id` integer NOT NULL,
	`kind` text NOT NULL,
	PRIMARY KEY(`channel`, `ts`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `posts_contact` ON `posts` (`contact_id`);--> statement-breakpoint
-- The history is only added to. Of whoever is erased it keeps who did what and when, without the values.
CREATE TRIGGER `changes_stay` BEFORE DELETE ON `changes` BEGIN
	SELECT raise(ABORT, 'changes are only added to');
END;
--> statement-breakpoint
CREATE TRIGGER `changes_stay_as_they_are` BEFORE UPDATE ON `changes`
WHEN NOT (
	new.`id` = old.`id` AND new.`contact_id` = old.`contact_id` AND new.`at` = old.`at` AND new.`actor` = old.`actor`
	AND new.`action` = old.`action` AND new.`undoes` IS old.`undoes` AND new.`before` = '{}' AND new.`after` = '{}'
)
BEGIN
	SELECT raise(ABORT, 'changes are only added to');
END;
