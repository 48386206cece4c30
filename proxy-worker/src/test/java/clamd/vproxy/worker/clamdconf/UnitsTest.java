package clamd.vproxy.worker.clamdconf;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnitsTest {
    @Test
    void sizesAreNeverRounded() {
        assertThat(Units.bytes(0)).isEqualTo("0 bytes");
        assertThat(Units.bytes(1025)).isEqualTo("1025 bytes");
        assertThat(Units.bytes(1536 << 10)).isEqualTo("1536 KiB");
        assertThat(Units.bytes(25 << 20)).isEqualTo("25 MiB");
        assertThat(Units.bytes(5L << 40)).isEqualTo("5120 GiB");
        assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("unlimited");
    }

    @Test
    void timesAreSecondsWhereTheyCan() {
        assertThat(Units.time(Duration.ofMinutes(2))).isEqualTo("120 s");
        assertThat(Units.time(Duration.ofMillis(1500))).isEqualTo("1500 ms");
    }
}
