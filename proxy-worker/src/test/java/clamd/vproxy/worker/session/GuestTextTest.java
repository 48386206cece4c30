package clamd.vproxy.worker.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.Reply.Failed;
import clamd.vproxy.worker.protocol.ReplyParser;
import clamd.vproxy.worker.testing.Seeds;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts that guests get without a verdict: in a form that no known client takes for clean. */
class GuestTextTest {
    @ParameterizedTest
    @EnumSource
    void everyTerminationsTextIsOneThatNoClientTakesForClean(Termination termination) {
        termination.guestText().ifPresent(GuestTextTest::assertUnmistakable);
    }

    @Test
    void onlyWhereNobodyListensThereIsNoText() {
        assertThat(Arrays.stream(Termination.values()).filter(t -> t.guestText().isEmpty()))
                .containsExactlyInAnyOrder(
                        Termination.COMPLETED, Termination.NOTHING_ASKED, Termination.GUEST_LEFT);
    }

    @Test
    void codesAreDistinctWordsInLowerCase() {
        assertThat(Arrays.stream(Termination.values()).map(Termination::code))
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("[a-z]+(-[a-z]+)*"));
        assertThat(Termination.STREAM_LIMIT.code()).isEqualTo("stream-limit");
    }

    @Test
    void noTerminationButAnAnswerStandsForAVerdictOnAStream() {
        assertThat(Arrays.stream(Termination.values()).map(Termination::verdict))
                .doesNotContain(Verdict.CLEAN, Verdict.INFECTED);
    }

    @ParameterizedTest
    @CsvSource({
        "INSTREAM size limit exceeded. ERROR, INSTREAM size limit exceeded. ERROR",
        "Can't allocate memory ERROR, Can't allocate memory. ERROR",
        "Error writing to temporary file ERROR, Error writing to temporary file. ERROR",
        "UNKNOWN COMMAND, UNKNOWN COMMAND. ERROR",
        "COMMAND READ TIMED OUT, COMMAND READ TIMED OUT. ERROR"
    })
    void clamdsWordsAreKeptInOurForm(String words, String told) {
        assertThat(FailureText.forGuest(words)).isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "ERROR",
                " ERROR",
                ". ERROR",
                "not OK ERROR",
                "BROKEN ERROR",
                "nothing FOUND ERROR",
                "file: broken ERROR",
                "OK"
            })
    void wordsThatCouldBeMisreadAreReplaced(String words) {
        assertThat(FailureText.forGuest(words)).isEqualTo("Scanner failed. ERROR");
    }

    @Test
    void aTextOfAnyLengthStaysBelowAKibibyte() {
        assertUnmistakable(FailureText.forGuest("x".repeat(4000) + " ERROR"));
    }

    @Test
    void noFailureOfClamdHasATextThatCanBeMisread() {
        Seeds.forEach(
                20_000,
                random -> {
                    byte[] words = new byte[random.nextInt(12)];
                    for (int i = 0; i < words.length; i++) {
                        words[i] = (byte) "OKFUND ER.:x\t\n".charAt(random.nextInt(14));
                    }
                    String line = new String(words, ISO_8859_1) + " ERROR\0";
                    String reply = random.nextBoolean() ? "stream: " + line : line;
                    if (ReplyParser.parse(Command.INSTREAM, reply.getBytes(ISO_8859_1))
                            instanceof Failed(String text)) {
                        assertUnmistakable(FailureText.forGuest(text));
                    }
                });
    }

    private static void assertUnmistakable(String text) {
        assertThat(text)
                .matches("[ -~]+")
                .endsWith(". ERROR")
                .hasSizeBetween(8, 1023)
                .doesNotContain(":", "OK", "FOUND");
    }
}
