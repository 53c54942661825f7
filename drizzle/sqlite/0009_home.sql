ALTER TABLE `contacts` ADD `waiting_since` integer;--> statement-breakpoint
ALTER TABLE `contacts` ADD `answered_until` integer;--> statement-breakpoint
-- Who waits for an answer already: `waitingSince` in src/core/waiting.ts, of the counters that are there.
UPDATE `contacts` SET `waiting_since` = `w`.`written`
FROM (
	SELECT `id` AS `waiter`,
		max(coalesce(`counters` ->> '$.replied.last', 0), coalesce(`counters` ->> '$.inbound.last', 0)) AS `written`,
		max(
			coalesce(`counters` ->> '$.sent.last', 0),
			coalesce(`counters` ->> '$.call_completed.last', 0),
			coalesce(`counters` ->> '$.demo_attended.last', 0)
		) AS `answered`
	FROM `contacts`
	WHERE `suppressed` IS NULL AND `status` <> 'disqualified'
) AS `w`
WHERE `id` = `w`.`waiter` AND `w`.`written` > 0 AND `w`.`answered` <= `w`.`written`;--> statement-breakpoint
CREATE INDEX `contacts_waiting` ON `contacts` (`waiting_since`) WHERE waiting_since is not null;--> statement-breakpoint
CREATE INDEX `contacts_owner` ON `contacts` (`owner`,`heat`) WHERE owner is not null;--> statement-breakpoint
CREATE INDEX `changes_answered` ON `changes` (`actor`,`id`) WHERE action = 'answered';
