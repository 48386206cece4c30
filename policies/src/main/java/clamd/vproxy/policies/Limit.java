package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Bound;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.NoLimit;
import clamd.vproxy.policies.LimitValue.Scope;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import com.google.errorprone.annotations.Immutable;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The declaration of every limit that a policy file can set. Immutable.
 *
 * <p>The parser, the defaults, {@code policy explain}, the command line and the metrics read this
 * list; tests compare the JSON schema and the tables of the documents with it. The type of a
 * limit's bounds is the type of its values. A limit whose default is {@link NoLimit} may also be
 * lifted in the file; every other limit has a value for every guest.
 *
 * <p>CONTRIBUTING.md has the steps to add a limit.
 */
public enum Limit {
    MAX_CONNECTIONS(
            "maxConnections",
            new Range(new Count(0), new Count(10_000)),
            new Count(10),
            For.TENANTS_TOO,
            "How many connections the guest may have in service at once. 0 = none.",
            "quota"),
    MAX_WAITING_CONNECTIONS(
            "maxWaitingConnections",
            new Range(new Count(0), new Count(10_000)),
            new Count(100),
            For.TENANTS_TOO,
            "How many connections above the quota may wait for it. 0 = refuse at once."),
    MAX_STREAM_SIZE(
            "maxStreamSize",
            new Range(new Size(0), new Size(1L << 40)),
            new Size(100L << 20),
            For.GUESTS,
            "The total size of all chunks of one INSTREAM. 0 = only empty streams.",
            "stream-limit"),
    MAX_CHUNK_SIZE(
            "maxChunkSize",
            new Range(new Size(0), new Size((1L << 32) - 1)),
            new Size(25L << 20),
            For.GUESTS,
            "The size of one chunk of an INSTREAM; the maximum is the largest length that its"
                    + " header can express. 0 = no data.",
            "chunk-limit"),
    COMMAND_TIMEOUT(
            "commandTimeout",
            Range.ofTimes(),
            seconds(30),
            For.GUESTS,
            "The time from the beginning of service to a complete command.",
            "command-timeout"),
    READ_TIMEOUT(
            "readTimeout",
            Range.ofTimes(),
            seconds(60),
            For.GUESTS,
            "The longest silence within a stream; also how long PING and VERSION may take.",
            "read-timeout"),
    STREAM_TIMEOUT(
            "streamTimeout",
            Range.ofTimes(),
            seconds(120),
            For.GUESTS,
            "The time from the command to clamd's reply, not counting the waits for an upload"
                    + " permit, for room in clamd's temporary directory and for a scan slot.",
            "stream-timeout"),
    QUEUE_TIMEOUT(
            "queueTimeout",
            Range.ofTimes(),
            seconds(30),
            For.GUESTS,
            "The longest wait for the quota or the connection rate, and separately for an upload"
                    + " permit, for room in clamd's temporary directory, and for a scan slot.",
            "queue-timeout",
            "slot-timeout"),
    COMMANDS(
            "commands",
            new Range(new Allowed(Set.of()), new Allowed(EnumSet.allOf(Command.class))),
            // listed one by one, so that a command that is added later is not allowed
            new Allowed(EnumSet.of(Command.INSTREAM, Command.PING, Command.VERSION)),
            For.GUESTS,
            "The clamd commands the guest may send. [] = none.",
            "command-refused"),
    WEIGHT(
            "weight",
            new Range(new Count(1), new Count(1000)),
            new Count(1),
            For.TENANTS_TOO,
            "The guest's share of clamd's upload permits and scan time, relative to other guests"
                    + " with waiting streams."),
    QUEUE(
            "queue",
            Range.ofFlags(),
            new Flag(true),
            For.GUESTS,
            "Whether a connection over the quota or the connection rate may wait. false = refuse at"
                    + " once."),
    MAX_CONNECTION_RATE(
            "maxConnectionRate",
            new Range(new Count(1), new Count(1_000_000)),
            new NoLimit(),
            For.TENANTS_TOO,
            "How many connections per second may begin, after a burst of one second's worth."
                    + " Connections above the rate wait, like those above the quota.",
            "connection-rate"),
    MAX_BYTE_RATE(
            "maxByteRate",
            new Range(new Size(1), new Size(1L << 32)),
            new NoLimit(),
            For.TENANTS_TOO,
            "The bytes per second of all uploads of the guest together, after a burst of one"
                    + " second's worth, at least 64 KiB. Above it uploads pause; the stream timeout"
                    + " keeps running."),
    MAX_SPOOL_SIZE(
            "maxSpoolSize",
            new Range(new Size(1), new Size(1L << 40)),
            new NoLimit(),
            For.TENANTS_TOO,
            "The space that the guest's open uploads together may occupy in clamd's temporary"
                    + " directory. Above it all uploads but the oldest pause; room for the largest"
                    + " allowed stream is kept free for the oldest, so set a multiple of"
                    + " maxStreamSize.",
            "spool-timeout"),
    MAX_DAILY_BYTES(
            "maxDailyBytes",
            new Range(new Size(0), new Size(1L << 50)),
            new NoLimit(),
            For.TENANTS_TOO,
            "The bytes of file data accepted from the guest on one day of the host's calendar. 0 ="
                    + " none.",
            "daily-bytes"),
    MAX_DAILY_SCANS(
            "maxDailyScans",
            new Range(new Count(0), new Count(1_000_000_000)),
            new NoLimit(),
            For.TENANTS_TOO,
            "How many of the guest's streams may be scanned on one day of the host's calendar. 0 ="
                    + " none.",
            "daily-scans"),
    HASH_STREAMS(
            "hashStreams",
            Range.ofFlags(),
            new Flag(true),
            For.GUESTS,
            "Whether the SHA-256 of each stream is computed while it is relayed, for the audit file"
                    + " and for remembered verdicts. false = neither."),
    VERDICT_MEMORY(
            "verdictMemory",
            new Range(new Time(Duration.ZERO), new Time(Duration.ofHours(24))),
            seconds(3600),
            For.GUESTS,
            "How long clamd's verdict on a stream is remembered, so that a stream with that content"
                    + " is answered without another scan. 0s = never."),
    VERDICT_SCOPE(
            "verdictScope",
            new Range(new Scope(VerdictScope.GUEST), new Scope(VerdictScope.TENANT)),
            new Scope(VerdictScope.GUEST),
            For.GUESTS,
            "Whose verdicts are remembered for the guest: its own, or those of all guests of its"
                    + " tenant that have this scope.");

    private final String key;
    private final Range range;
    private final LimitValue standard;
    private final For owner;
    private final String meaning;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> terminations;

    Limit(
            String key,
            Range range,
            LimitValue standard,
            For owner,
            String meaning,
            String... terminations) {
        this.key = key;
        this.range = range;
        this.standard = standard;
        this.owner = owner;
        this.meaning = meaning;
        this.terminations = List.of(terminations);
    }

    /** The policies that may have a limit. */
    private enum For {
        GUESTS,
        TENANTS_TOO
    }

    /** The smallest and the largest value, both included. */
    @Immutable
    private record Range(Bound minimum, Bound maximum) {
        static Range ofTimes() {
            return new Range(new Time(Duration.ofNanos(1)), new Time(Duration.ofHours(24)));
        }

        static Range ofFlags() {
            return new Range(new Flag(false), new Flag(true));
        }
    }

    /** Returns the name of this limit in the policy file. */
    public String key() {
        return key;
    }

    /** Returns the smallest allowed value, whose type is that of every value of this limit. */
    public Bound minimum() {
        return range.minimum();
    }

    /** Returns the largest allowed value. */
    public Bound maximum() {
        return range.maximum();
    }

    /** Returns a guest's value if neither the policy file nor the command line sets this limit. */
    public LimitValue standard() {
        return standard;
    }

    /**
     * Whether the limit may also be set for a tenant; it then holds for all its guests together.
     */
    public boolean isForTenants() {
        return owner == For.TENANTS_TOO;
    }

    /** Returns what is limited, in the words of the JSON schema and the documents. */
    public String meaning() {
        return meaning;
    }

    /** Returns the codes of the terminations with which this limit ends or refuses sessions. */
    public List<String> terminations() {
        return terminations;
    }

    /** Returns the limit that has this name in the policy file. */
    public static Optional<Limit> ofKey(String key) {
        return Arrays.stream(values()).filter(limit -> limit.key.equals(key)).findFirst();
    }

    /** Returns the limit that ends sessions with this termination code. */
    public static Optional<Limit> ofTermination(String code) {
        return Arrays.stream(values())
                .filter(limit -> limit.terminations.contains(code))
                .findFirst();
    }

    /** Whether these bounds include a daily limit. */
    static boolean hasDailyLimit(Function<Limit, OptionalLong> bounds) {
        return Stream.of(MAX_DAILY_BYTES, MAX_DAILY_SCANS)
                .anyMatch(limit -> bounds.apply(limit).isPresent());
    }

    /** Whether the file may lift this limit. */
    public boolean canBeLifted() {
        return standard instanceof NoLimit;
    }

    /** Whether the value has this limit's type and lies within its range. */
    boolean admits(LimitValue value) {
        return switch (value) {
            case NoLimit _ -> canBeLifted();
            case Bound bound ->
                    bound.getClass() == minimum().getClass()
                            && bound.magnitude() >= minimum().magnitude()
                            && bound.magnitude() <= maximum().magnitude();
        };
    }

    /** Returns the range as text: "0 to 10000", "0 to 1TiB", "more than 0 and at most 24h". */
    String range() {
        return minimum() instanceof Time && minimum().magnitude() > 0
                ? "more than 0 and at most " + maximum()
                : minimum() + " to " + maximum();
    }

    private static LimitValue seconds(int count) {
        return new Time(Duration.ofSeconds(count));
    }
}
