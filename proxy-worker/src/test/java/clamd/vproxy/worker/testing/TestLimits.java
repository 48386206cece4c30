package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitSource;
import clamd.vproxy.policies.LimitValue;
import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.RuleOrigin;
import clamd.vproxy.policies.Setting;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.policies.TenantLimits;
import clamd.vproxy.policies.TenantPolicy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Limits that differ from one another, so that a test can tell which one was applied. */
public final class TestLimits {
    public static final long MAX_STREAM = 1_000_000;
    public static final long MAX_CHUNK = 600_000;
    public static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(7);
    public static final Duration READ_TIMEOUT = Duration.ofSeconds(11);
    public static final Duration STREAM_TIMEOUT = Duration.ofSeconds(31);

    private static final LimitSource SOURCE =
            new LimitSource(LimitSource.Layer.COMMAND_LINE, "test");

    private Limits limits =
            Limits.standard()
                    .with(Limit.MAX_STREAM_SIZE, new Size(MAX_STREAM))
                    .with(Limit.MAX_CHUNK_SIZE, new Size(MAX_CHUNK))
                    .with(Limit.COMMAND_TIMEOUT, new Time(COMMAND_TIMEOUT))
                    .with(Limit.READ_TIMEOUT, new Time(READ_TIMEOUT))
                    .with(Limit.STREAM_TIMEOUT, new Time(STREAM_TIMEOUT))
                    .with(Limit.QUEUE_TIMEOUT, new Time(Duration.ofSeconds(17)));

    private final Map<Limit, Setting> ofTenant = new EnumMap<>(Limit.class);
    private Tenant tenant = new Tenant.OneGuest("guest");

    private TestLimits() {}

    public static TestLimits limits() {
        return new TestLimits();
    }

    public TestLimits tenant(String name) {
        tenant = new Tenant.Named(name);
        return this;
    }

    /** A limit of the guest's tenant. */
    public TestLimits together(Limit limit, LimitValue value) {
        ofTenant.put(limit, new Setting(value, SOURCE));
        return this;
    }

    public TestLimits connections(int count) {
        return with(Limit.MAX_CONNECTIONS, new Count(count));
    }

    public TestLimits waiting(int count) {
        return with(Limit.MAX_WAITING_CONNECTIONS, new Count(count));
    }

    public TestLimits withoutQueue() {
        return with(Limit.QUEUE, new Flag(false));
    }

    public TestLimits connectionRate(int perSecond) {
        return with(Limit.MAX_CONNECTION_RATE, new Count(perSecond));
    }

    public TestLimits byteRate(long perSecond) {
        return with(Limit.MAX_BYTE_RATE, new Size(perSecond));
    }

    public TestLimits spool(long bytes) {
        return with(Limit.MAX_SPOOL_SIZE, new Size(bytes));
    }

    public TestLimits dailyBytes(long bytes) {
        return with(Limit.MAX_DAILY_BYTES, new Size(bytes));
    }

    public TestLimits dailyScans(int scans) {
        return with(Limit.MAX_DAILY_SCANS, new Count(scans));
    }

    public TestLimits withoutHash() {
        return with(Limit.HASH_STREAMS, new Flag(false));
    }

    public TestLimits queueTimeout(Duration time) {
        return with(Limit.QUEUE_TIMEOUT, new Time(time));
    }

    public TestLimits commandTimeout(Duration time) {
        return with(Limit.COMMAND_TIMEOUT, new Time(time));
    }

    public TestLimits readTimeout(Duration time) {
        return with(Limit.READ_TIMEOUT, new Time(time));
    }

    public TestLimits streamTimeout(Duration time) {
        return with(Limit.STREAM_TIMEOUT, new Time(time));
    }

    public TestLimits commands(Set<Command> allowed) {
        return with(Limit.COMMANDS, new Allowed(allowed));
    }

    private TestLimits with(Limit limit, LimitValue value) {
        limits = limits.with(limit, value);
        return this;
    }

    public Limits build() {
        return limits;
    }

    public GuestPolicy policy() {
        return policy(false);
    }

    public GuestPolicy denied() {
        return policy(true);
    }

    /** A policy with these limits. */
    public static GuestPolicy policy(Limits limits) {
        return policy(limits, false);
    }

    private GuestPolicy policy(boolean denied) {
        GuestPolicy policy = policy(build(), denied);
        TenantPolicy together =
                new TenantPolicy(
                        tenant, Optional.empty(), "test", new TenantLimits(ofTenant), List.of());
        return new GuestPolicy(
                policy.limits(),
                policy.denied(),
                policy.origin(),
                policy.sources(),
                together,
                Optional.empty(),
                "");
    }

    private static GuestPolicy policy(Limits limits, boolean denied) {
        Map<Limit, LimitSource> sources = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            sources.put(limit, SOURCE);
        }
        return new GuestPolicy(
                limits, denied, new RuleOrigin.NoPolicyFile(), sources, Optional.empty());
    }
}
