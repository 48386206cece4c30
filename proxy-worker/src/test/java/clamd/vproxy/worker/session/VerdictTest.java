package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Heuristics.Limits.Exceeded",
                "Heuristics.Limits.Exceeded.MaxFileSize",
                "Heuristics.Limits.Exceeded.MaxScanTime",
                "Heuristics.Limits.Exceeded.EmailLineFoldCnt",
                "Heuristics.Limits.Exceeded.UNOFFICIAL",
                "Heuristics.Encrypted.Zip",
                "Heuristics.Encrypted.PDF.UNOFFICIAL",
            })
    void whatClamdHasNotScannedCompletelyIsNeitherCleanNorMalware(String name) {
        assertThat(Verdict.ofFound(name)).isEqualTo(Verdict.INCOMPLETE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Eicar-Test-Signature.UNOFFICIAL",
                "Heuristics.Broken.Executable",
                "Heuristics.Limits.ExceededX",
                "Heuristics.EncryptedX",
                "Win.Heuristics.Encrypted.Zip",
                "heuristics.encrypted.zip",
            })
    void everythingElseIsMalware(String name) {
        assertThat(Verdict.ofFound(name)).isEqualTo(Verdict.INFECTED);
    }
}
