package clamd.vproxy.supervisor.reports.activity;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.TestResult;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The few words that stand in metrics for what guests say and limits are called. */
class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "INSTREAM, INSTREAM",
        "PING, PING",
        "VERSION, VERSION",
        "'', none",
        "SHUTDOWN, other",
        "zPING, PING",
        "nINSTREAM, INSTREAM",
        "zzPING, other",
        "z, other",
        "instream, other",
        "INSTREAMX, other",
        "OTHER, other",
        "NONE, other"
    })
    void whatAGuestSentIsOneOfFiveWords(String text, String word) {
        assertThat(SessionKind.of(TestResult.result().attempted(text).build()).command())
                .isEqualTo(word);
    }

    @Test
    void everyRefusalOfAKnownGuestHasALimit() {
        assertThat(Arrays.stream(Termination.values()))
                .filteredOn(each -> each.verdict() == Verdict.REFUSED)
                .filteredOn(each -> each != Termination.UNKNOWN_GUEST)
                .allMatch(each -> LimitName.of(each).isPresent());
    }

    @Test
    void theTerminationsThatALimitDeclaresExistAndBelongToItAlone() {
        List<String> declared =
                Arrays.stream(Limit.values())
                        .flatMap(each -> each.terminations().stream())
                        .toList();
        assertThat(Arrays.stream(Termination.values()).map(Termination::code))
                .containsAll(declared);
        assertThat(declared).doesNotHaveDuplicates();
    }
}
