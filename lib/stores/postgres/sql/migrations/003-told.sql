-- Schema version 3: facts of events that are pruned, each as the list that `load` gives. A pruned transaction counts as
-- credited, so that prune passes it over.

CREATE TABLE deposit_callback.told (
  transaction_id bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  fact json NOT NULL,
  PRIMARY KEY (transaction_id, seq)
);
