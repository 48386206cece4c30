package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.NoLimit;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LimitValueTest {

    @Test
    void sizesPrintWithTheLargestUnitThatDividesThem() {
        assertThat(new Size(0)).hasToString("0");
        assertThat(new Size(1023)).hasToString("1023");
        assertThat(new Size(1024)).hasToString("1KiB");
        assertThat(new Size(100L << 20)).hasToString("100MiB");
        assertThat(new Size(1L << 40)).hasToString("1TiB");
        assertThat(new Size(1L << 50)).hasToString("1024TiB");
    }

    @Test
    void timesPrintWithTheLargestUnitThatDividesThem() {
        assertThat(new Time(Duration.ZERO)).hasToString("0s");
        assertThat(new Time(Duration.ofMillis(1500))).hasToString("1500ms");
        assertThat(new Time(Duration.ofSeconds(90))).hasToString("90s");
        assertThat(new Time(Duration.ofMinutes(2))).hasToString("2m");
        assertThat(new Time(Duration.ofHours(24))).hasToString("24h");
        assertThat(new Time(Duration.ofNanos(1))).hasToString("PT0.000000001S");
    }

    @Test
    void commandsPrintInTheirOwnOrder() {
        assertThat(new Allowed(Set.of())).hasToString("[]");
        assertThat(new Allowed(EnumSet.allOf(Command.class)))
                .hasToString("[\"INSTREAM\", \"PING\", \"VERSION\"]");
    }

    @Test
    void whatIsPrintedReadsBackAsTheSame() {
        for (Limit limit : Limit.values()) {
            LimitValue standard = limit.standard();
            String written =
                    standard instanceof Size
                                    || standard instanceof Time
                                    || standard instanceof LimitValue.Scope
                                    || standard instanceof NoLimit
                            ? "'" + standard + "'"
                            : "" + standard;
            String text = PolicyTexts.file("'defaults': {'" + limit.key() + "': " + written + "}");
            assertThat(PolicyTexts.parse(text).resolve(PolicyTexts.guest("a")).limits())
                    .isEqualTo(Limits.standard());
        }
    }
}
