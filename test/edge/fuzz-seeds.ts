/** Sessions that once showed a fault; each run begins with them. */
export const keptSeeds: readonly number[] = [
  // Bodies that grew over the limit: the connection ends with the 413.
  895787408,
  // Node's own `100 Continue` within an answer that was queued behind another.
  532875865,
  // A target with an impossible port, of which Node's old URL parser warns on stderr.
  2086136749,
  // A compressed body that grew over the limit once inflated, though not as it was sent.
  469050761,
];
