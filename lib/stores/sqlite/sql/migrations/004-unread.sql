-- Schema version 4: deposits in quarantine leave quarantined callbacks that are finished, and strangers leave unfinished ones that
-- are ignored; what could not be read is neither.

CREATE INDEX deposit_callback_callbacks_unread ON deposit_callback_callbacks (received_at)
  WHERE outcome = 'quarantined' AND finished = 0;
