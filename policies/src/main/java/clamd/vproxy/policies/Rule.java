package clamd.vproxy.policies;

/** One rule of the file: whom it concerns, and the policy they get. Immutable. */
record Rule(Match match, GuestPolicy policy) {}
