package clamd.vproxy.policies;

/**
 * One rule of the file. Immutable.
 *
 * @param match whom it concerns
 * @param policy what they get
 * @param dryRun whether they only would get it; see {@link GuestPolicy}
 */
record Rule(Match match, GuestPolicy policy, boolean dryRun) {}
