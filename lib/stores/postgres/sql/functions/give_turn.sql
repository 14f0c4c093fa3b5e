-- Lets the next event of each deposit be due.
-- In: ids of transactions; the time in epoch ms.
--
-- Only called by other functions here, under whose settings it runs. The first unsettled event of each deposit is found in one
-- pass: a transaction may have thousands that wait. Unsettled states are told by what they are not, which no partial index
-- matches: the one of unsettled events, which grows with the backlog, would be read for each event.
CREATE OR REPLACE FUNCTION deposit_callback.give_turn(transaction_ids bigint[], now_ms bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deposit_callback.events next SET due_at = now_ms
  FROM (
    SELECT e.transaction_id, min(e.seq) AS seq FROM deposit_callback.events e
    WHERE e.transaction_id = ANY (transaction_ids) AND e.state NOT IN ('handled', 'cancelled')
    GROUP BY e.transaction_id, e.deposit_id) first
  WHERE next.transaction_id = first.transaction_id AND next.seq = first.seq AND next.due_at IS NULL
    AND next.state NOT IN ('handled', 'cancelled', 'leased', 'dead');
END $$;
