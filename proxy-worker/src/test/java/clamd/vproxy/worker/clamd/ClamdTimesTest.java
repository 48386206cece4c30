package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClamdTimesTest {
    @TempDir private Path folder;

    private ClamdTimes times(String conf) throws Exception {
        return ClamdTimes.of(ClamdConf.read(Files.writeString(folder.resolve("c"), conf)));
    }

    @Test
    void clamdsDefaultsAreWhatIsAssumedOfAnUnknownClamd() throws Exception {
        assertThat(times("")).isEqualTo(ClamdTimes.standard());
        assertThat(ClamdTimes.standard())
                .isEqualTo(new ClamdTimes(Duration.ofSeconds(108), Duration.ofSeconds(150)));
    }

    @Test
    void anEndMarkerIsHeldBackForLessThanClamdsReadTimeout() throws Exception {
        assertThat(times("ReadTimeout 180").longestHold()).isEqualTo(Duration.ofSeconds(162));
        assertThat(times("ReadTimeout 5").longestHold()).isEqualTo(Duration.ofSeconds(4));
        assertThat(times("ReadTimeout 1").longestHold()).isZero();
        assertThat(times("ReadTimeout 0").longestHold()).isZero();
    }

    @Test
    void aScanIsBelievedInForLongerThanClamdsMaxScanTime() throws Exception {
        assertThat(times("MaxScanTime 300000").longestScan()).isEqualTo(Duration.ofSeconds(330));
        assertThat(times("MaxScanTime 0").longestScan()).isEqualTo(Duration.ofHours(1));
    }
}
