package clamd.vproxy.policies;

/** A limit's value and the place that set it. Immutable. */
public record Setting(LimitValue value, LimitSource source) {}
