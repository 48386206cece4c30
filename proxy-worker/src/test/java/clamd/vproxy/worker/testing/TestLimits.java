package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.LimitSource;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.RuleOrigin;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
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

    private int maxConnections = 10;
    private int maxWaiting = 100;
    private boolean queue = true;
    private int connectionRate = Limits.standard().maxConnectionRate();
    private long byteRate = Limits.standard().maxByteRate();
    private long spoolBytes = Limits.standard().maxSpoolBytes();
    private long dailyBytes = Limits.standard().maxDailyBytes();
    private int dailyScans = Limits.standard().maxDailyScans();
    private boolean hashStreams = true;
    private Duration queueTimeout = Duration.ofSeconds(17);
    private Duration commandTimeout = COMMAND_TIMEOUT;
    private Duration readTimeout = READ_TIMEOUT;
    private Duration streamTimeout = STREAM_TIMEOUT;
    private Set<Command> commands = EnumSet.allOf(Command.class);

    private TestLimits() {}

    public static TestLimits limits() {
        return new TestLimits();
    }

    public TestLimits connections(int count) {
        maxConnections = count;
        return this;
    }

    public TestLimits waiting(int count) {
        maxWaiting = count;
        return this;
    }

    public TestLimits withoutQueue() {
        queue = false;
        return this;
    }

    public TestLimits connectionRate(int perSecond) {
        connectionRate = perSecond;
        return this;
    }

    public TestLimits byteRate(long perSecond) {
        byteRate = perSecond;
        return this;
    }

    public TestLimits spool(long bytes) {
        spoolBytes = bytes;
        return this;
    }

    public TestLimits dailyBytes(long bytes) {
        dailyBytes = bytes;
        return this;
    }

    public TestLimits dailyScans(int scans) {
        dailyScans = scans;
        return this;
    }

    public TestLimits withoutHash() {
        hashStreams = false;
        return this;
    }

    public TestLimits queueTimeout(Duration time) {
        queueTimeout = time;
        return this;
    }

    public TestLimits commandTimeout(Duration time) {
        commandTimeout = time;
        return this;
    }

    public TestLimits readTimeout(Duration time) {
        readTimeout = time;
        return this;
    }

    public TestLimits streamTimeout(Duration time) {
        streamTimeout = time;
        return this;
    }

    public TestLimits commands(Set<Command> allowed) {
        commands = allowed;
        return this;
    }

    public Limits build() {
        return new Limits(
                maxConnections,
                maxWaiting,
                MAX_STREAM,
                MAX_CHUNK,
                commandTimeout,
                readTimeout,
                streamTimeout,
                queueTimeout,
                commands,
                1,
                queue,
                connectionRate,
                byteRate,
                spoolBytes,
                dailyBytes,
                dailyScans,
                hashStreams);
    }

    public GuestPolicy policy() {
        return policy(false);
    }

    public GuestPolicy denied() {
        return policy(true);
    }

    private GuestPolicy policy(boolean denied) {
        Map<Limit, LimitSource> sources = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            sources.put(limit, new LimitSource(LimitSource.Layer.COMMAND_LINE, "test"));
        }
        return new GuestPolicy(
                build(), denied, new RuleOrigin.NoPolicyFile(), sources, Optional.empty());
    }
}
