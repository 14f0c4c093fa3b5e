-- Callbacks and deposits by their tallies, since counting 10^7 rows would take seconds; the rest by small indexes.
-- Out: name, n and, for what is owed, the time of the oldest.
SELECT name, sum(n)::text AS n, NULL AS oldest FROM deposit_callback.tallies GROUP BY name HAVING sum(n) <> 0
UNION ALL
SELECT CASE WHEN state = 'dead' THEN 'dead' ELSE 'owed' END, count(*)::text, min(made_at)::text
FROM deposit_callback.events WHERE state IN ('owed', 'leased', 'dead') GROUP BY 1
UNION ALL
SELECT 'unverified', count(*)::text, NULL FROM deposit_callback.unverified
UNION ALL
SELECT 'unread', count(*)::text, NULL FROM deposit_callback.callbacks WHERE outcome = 'quarantined' AND NOT finished
