package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Bound;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.NoLimit;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LimitBoundsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    MAX_CONNECTIONS         | -1   | 0     | 10000         | 10001           | 0 to 10000
                    MAX_WAITING_CONNECTIONS | -1   | 0     | 10000         | 10001           | 0 to 10000
                    MAX_STREAM_SIZE         | -1   | 0     | 1099511627776 | 1099511627777   | 0 to 1TiB
                    MAX_STREAM_SIZE         | -1   | "0B"  | "1TiB"        | "1099511627777B"| 0 to 1TiB
                    MAX_STREAM_SIZE         | -1   | "0TiB"| "1024GiB"     | "99999999999999999999TiB" | 0 to 1TiB
                    MAX_CHUNK_SIZE          | -1   | 0     | 4294967295    | 4294967296      | 0 to 4294967295
                    MAX_CHUNK_SIZE          | -1   | "0B"  | "4294967295B" | "4GiB"          | 0 to 4294967295
                    COMMAND_TIMEOUT         | "0s" | "1ms" | "24h"         | "86400001ms"    | more than 0 and at most 24h
                    READ_TIMEOUT            | "0ms"| "1ms" | "1440m"       | "1441m"         | more than 0 and at most 24h
                    STREAM_TIMEOUT          | "0m" | "1ms" | "86400s"      | "86401s"        | more than 0 and at most 24h
                    QUEUE_TIMEOUT           | "0h" | "1ms" | "86400000ms"  | "99999999999999999999h" | more than 0 and at most 24h
                    WEIGHT                  | 0    | 1     | 1000          | 1001            | 1 to 1000
                    MAX_CONNECTION_RATE     | 0    | 1     | 1000000       | 1000001         | 1 to 1000000
                    MAX_BYTE_RATE           | 0    | 1     | 4294967296    | 4294967297      | 1 to 4GiB
                    MAX_BYTE_RATE           | "0B" | "1B"  | "4GiB"        | "5GiB"          | 1 to 4GiB
                    MAX_SPOOL_SIZE          | 0    | 1     | "1TiB"        | "2TiB"          | 1 to 1TiB
                    MAX_DAILY_BYTES         | -1   | 0     | "1024TiB"     | "1025TiB"       | 0 to 1024TiB
                    MAX_DAILY_SCANS         | -1   | 0     | 1000000000    | 1000000001      | 0 to 1000000000
                    VERDICT_MEMORY          | "86400001ms" | "0s" | "24h" | "25h"           | 0s to 24h
                    MAX_CONNECTIONS         | -99999999999999999999 | 0 | 1 | 99999999999999999999 | 0 to 10000
                    """)
    void theFileMayGoToTheBoundsAndNotBeyond(
            Limit limit, String below, String minimum, String maximum, String above, String range) {
        assertThat(magnitude(limit, minimum))
                .isBetween(limit.minimum().magnitude(), limit.maximum().magnitude());
        assertThat(magnitude(limit, maximum))
                .isBetween(limit.minimum().magnitude(), limit.maximum().magnitude());
        assertOutOfRange(limit, below, range);
        assertOutOfRange(limit, above, range);
    }

    private static long magnitude(Limit limit, String written) {
        String text = PolicyTexts.file("'defaults': {'" + limit.key() + "': " + written + "}");
        Limits limits = PolicyTexts.parse(text).resolve(PolicyTexts.guest("a")).limits();
        return ((Bound) limits.value(limit)).magnitude();
    }

    private static void assertOutOfRange(Limit limit, String written, String range) {
        String text = PolicyTexts.file("'defaults': {'" + limit.key() + "':\n " + written + "}");
        String message = written + " is out of range; " + limit.key() + " is " + range;
        assertThat(PolicyTexts.problems(text))
                .containsExactly(new Problem(3, 2, "/defaults/" + limit.key(), message));
    }

    @Test
    void theBoundsThemselvesAreReached() {
        assertThat(magnitude(Limit.MAX_STREAM_SIZE, "'1TiB'")).isEqualTo(1L << 40);
        assertThat(magnitude(Limit.MAX_CHUNK_SIZE, "4294967295")).isEqualTo(4_294_967_295L);
        assertThat(magnitude(Limit.READ_TIMEOUT, "'24h'"))
                .isEqualTo(Duration.ofHours(24).toNanos());
        assertThat(magnitude(Limit.READ_TIMEOUT, "'1ms'")).isEqualTo(1_000_000);
        assertThat(magnitude(Limit.MAX_CONNECTIONS, "10000")).isEqualTo(10_000);
        assertThat(magnitude(Limit.WEIGHT, "1000")).isEqualTo(1000);
    }

    @Test
    void unitsMeanWhatTheySay() {
        assertThat(magnitude(Limit.MAX_CHUNK_SIZE, "'3B'")).isEqualTo(3);
        assertThat(magnitude(Limit.MAX_CHUNK_SIZE, "'3KiB'")).isEqualTo(3L << 10);
        assertThat(magnitude(Limit.MAX_CHUNK_SIZE, "'3MiB'")).isEqualTo(3L << 20);
        assertThat(magnitude(Limit.MAX_CHUNK_SIZE, "'3GiB'")).isEqualTo(3L << 30);
        assertThat(magnitude(Limit.READ_TIMEOUT, "'500ms'")).isEqualTo(500_000_000L);
        assertThat(magnitude(Limit.READ_TIMEOUT, "'30s'")).isEqualTo(30_000_000_000L);
        assertThat(magnitude(Limit.READ_TIMEOUT, "'2m'")).isEqualTo(120_000_000_000L);
        assertThat(magnitude(Limit.READ_TIMEOUT, "'1h'")).isEqualTo(3_600_000_000_000L);
    }

    @Test
    void limitsOutOfRangeCannotBeMade() {
        String connections = "maxConnections is %s, out of range; it is 0 to 10000";
        refused(connections.formatted(-1), Limit.MAX_CONNECTIONS, new Count(-1));
        refused(connections.formatted(10_001), Limit.MAX_CONNECTIONS, new Count(10_001));
        refused(
                "maxStreamSize is 1099511627777, out of range; it is 0 to 1TiB",
                Limit.MAX_STREAM_SIZE,
                new Size((1L << 40) + 1));
        refused(
                "maxChunkSize is 4GiB, out of range; it is 0 to 4294967295",
                Limit.MAX_CHUNK_SIZE,
                new Size(1L << 32));
        refused("weight is 0, out of range; it is 1 to 1000", Limit.WEIGHT, new Count(0));
        for (Duration wrong :
                List.of(
                        Duration.ZERO,
                        Duration.ofHours(24).plusNanos(1),
                        Duration.ofSeconds(Long.MAX_VALUE))) {
            refused(
                    "commandTimeout is "
                            + new Time(wrong)
                            + ", out of range; it is more than 0 and at most 24h",
                    Limit.COMMAND_TIMEOUT,
                    new Time(wrong));
        }
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void limitsAtTheBoundsCanBeMade(Limit limit) {
        for (LimitValue bound : List.of(limit.minimum(), limit.maximum())) {
            assertThat(Limits.standard().with(limit, bound).value(limit)).isEqualTo(bound);
        }
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void aValueOfAnotherKindCannotBeMade(Limit limit) {
        LimitValue other = limit.minimum() instanceof Flag ? new Count(1) : new Flag(true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.standard().with(limit, other))
                .withMessageStartingWith(limit.key() + " is " + other);
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void onlyALimitWhoseDefaultIsNoneCanBeLifted(Limit limit) {
        String file = PolicyTexts.file("'defaults': {'" + limit.key() + "': 'no limit'}");
        if (limit.standard() instanceof NoLimit) {
            assertThat(
                            PolicyTexts.parse(file)
                                    .resolve(PolicyTexts.guest("a"))
                                    .limits()
                                    .value(limit))
                    .isEqualTo(new NoLimit())
                    .hasToString("no limit");
        } else {
            assertThat(PolicyTexts.problems(file)).hasSize(1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Limits.standard().with(limit, new NoLimit()));
        }
    }

    /** A command that is added to the list must be granted by an administrator. */
    @Test
    void noCommandIsGrantedByDefaultButTheThreeThatWereAlways() {
        assertThat(Limits.standard().commands())
                .extracting(Command::name)
                .containsExactly("INSTREAM", "PING", "VERSION");
    }

    @Test
    void theCommandsAreACopy() {
        EnumSet<Command> commands = EnumSet.of(Command.PING);
        Limits limits = Limits.standard().with(Limit.COMMANDS, new Allowed(commands));
        commands.add(Command.INSTREAM);
        assertThat(limits.commands()).containsExactly(Command.PING).isUnmodifiable();
    }

    private static void refused(String message, Limit limit, LimitValue value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.standard().with(limit, value))
                .withMessage(message);
    }
}
