-- Lets the next event of each deposit be due.
-- In: ids of transactions; the time in epoch ms.
--
-- Only called by other functions here, under whose settings it runs. Unsettled states are told by what they are not, which no
-- partial index matches: the one of unsettled events, which grows with the backlog, would be read for each event.
CREATE OR REPLACE FUNCTION deposit_callback.give_turn(transaction_ids bigint[], now_ms bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deposit_callback.events next SET due_at = now_ms
  WHERE next.transaction_id = ANY (transaction_ids) AND next.due_at IS NULL
    AND next.state NOT IN ('handled', 'cancelled', 'leased', 'dead') AND NOT EXISTS (
      SELECT 1 FROM deposit_callback.events earlier
      WHERE earlier.transaction_id = next.transaction_id AND earlier.seq < next.seq
        AND earlier.deposit_id = next.deposit_id AND earlier.state NOT IN ('handled', 'cancelled'));
END $$;
