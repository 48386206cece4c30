package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.SignatureVersion.Signatures;
import java.time.LocalDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** clamd's words for its version, and what is not taken for them. */
class SignatureVersionTest {
    private static SignatureVersion parsed(String answer) {
        return SignatureVersion.parse(answer).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025, 1.4.3, 27801, 2025-11-06T09:32:15",
        "ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026, 1.4.6, 27500, 2026-11-22T04:30:45",
        "ClamAV 0.103.12/26000/Thu Feb 29 23:59:59 2024, 0.103.12, 26000, 2024-02-29T23:59:59"
    })
    void numberAndTimeOfTheDailySignaturesAreRead(
            String answer, String engine, long number, LocalDateTime builtAt) {
        assertThat(parsed(answer))
                .isEqualTo(
                        new SignatureVersion(engine, Optional.of(new Signatures(number, builtAt))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ClamAV 1.4.6", "ClamAV 1.5.0-rc"})
    void withoutTheDailySignaturesThereIsTheEngineAlone(String answer) {
        assertThat(parsed(answer))
                .isEqualTo(new SignatureVersion(answer.substring(7), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ClamAV 1.4.3/27801/invalid timestam",
                "ClamAV 1.4.3/27801/Fri Nov  6 09:32:15 2025",
                "ClamAV 1.4.3/27801/Thu Nov 6 09:32:15 2025",
                "ClamAV 1.4.3/27801/Thu Nov 31 09:32:15 2025",
                "ClamAV 1.4.3/27801/Do Nov  6 09:32:15 2025",
                "ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025/more",
                "ClamAV 1.4.3/27801/",
                "ClamAV 1.4.3/27801",
                "ClamAV 1.4.3/0/Thu Nov  6 09:32:15 2025",
                "ClamAV 1.4.3/-1/Thu Nov  6 09:32:15 2025",
                "ClamAV 1.4.3/99999999999999999999/Thu Nov  6 09:32:15 2025"
            })
    void whatIsNoNumberAndDateIsNoneRatherThanAWrongOne(String answer) {
        assertThat(parsed(answer)).isEqualTo(new SignatureVersion("1.4.3", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PONG", "ClamAV", "ClamAV ", "ClamAV /27801/x", "clamav 1.4.3"})
    void whatDoesNotNameAnEngineIsNoVersion(String answer) {
        assertThat(SignatureVersion.parse(answer)).isEmpty();
    }

    @Test
    void anEngineOfAnyLengthIsNone() {
        assertThat(SignatureVersion.parse("ClamAV " + "1".repeat(65))).isEmpty();
    }
}
