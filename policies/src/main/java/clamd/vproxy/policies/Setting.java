package clamd.vproxy.policies;

/** One limit's value and where it was set. Immutable. */
public record Setting(LimitValue value, LimitSource source) {}
