-- Schema version 3: facts of events that are pruned. A pruned transaction counts as credited, so that prune passes it over.

CREATE TABLE deposit_callback_told (place INTEGER PRIMARY KEY, record TEXT NOT NULL);
