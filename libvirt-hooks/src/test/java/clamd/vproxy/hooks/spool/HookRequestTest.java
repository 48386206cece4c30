package clamd.vproxy.hooks.spool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HookRequestTest {
    private static final String GOOD =
            "clamd-vproxy-hook 1\nv 1\nstart\nbegin\n-\n<domain>\n</domain>\n";

    private static void assertRefused(byte[] bytes, String message) {
        assertThatThrownBy(() -> HookRequest.parse(bytes))
                .isInstanceOf(HookRequestException.class)
                .hasMessage(message);
    }

    @Test
    void aRequestIsFourLinesAboutThePhaseAndThenTheXml() throws Exception {
        assertThat(HookRequest.parse(GOOD.getBytes(UTF_8)))
                .isEqualTo(new HookRequest("v 1", HookPhase.START, "<domain>\n</domain>\n"));
    }

    @ParameterizedTest
    @CsvSource({"start, begin, START", "reconnect, begin, RECONNECT", "stopped, end, STOPPED"})
    void thePhasesThatAreHandedOverAreKnown(String operation, String sub, HookPhase phase)
            throws Exception {
        String text = "clamd-vproxy-hook 1\nv\n%s\n%s\n-\n".formatted(operation, sub);
        assertThat(HookRequest.parse(text.getBytes(UTF_8)).phase()).isEqualTo(phase);
        assertThat(phase).hasToString(operation + " " + sub);
    }

    @Test
    void otherPhasesAreRefused() {
        for (String phase : new String[] {"release\nend", "start\nend", "\n"}) {
            assertRefused(
                    GOOD.replace("start\nbegin", phase).getBytes(UTF_8),
                    "the request is for a phase that is not handed over");
        }
    }

    @Test
    void anotherVersionIsRefused() {
        assertRefused(
                GOOD.replace("hook 1", "hook 2").getBytes(UTF_8),
                "the request does not begin with \"clamd-vproxy-hook 1\"; install the hook anew");
        assertThatThrownBy(() -> HookRequest.parse(new byte[0]))
                .isInstanceOf(HookRequestException.class);
    }

    @Test
    void aRequestThatIsCutOffAnywhereBeforeTheXmlIsRefused() {
        byte[] whole = GOOD.getBytes(UTF_8);
        for (int length = 0; length < GOOD.indexOf("<domain>"); length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> HookRequest.parse(part))
                    .isInstanceOf(HookRequestException.class);
        }
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        assertRefused(GOOD.replace("v 1", "vä").getBytes(ISO_8859_1), "the request is not UTF-8");
    }

    @Test
    void theLargestRequestIsReadAndNoLargerOne() throws Exception {
        byte[] header = "clamd-vproxy-hook 1\nv\nstart\nbegin\n-\n".getBytes(UTF_8);
        byte[] largest = Arrays.copyOf(header, HookRequest.MAX_BYTES);
        assertThat(HookRequest.parse(largest).xml()).hasSize(HookRequest.MAX_BYTES - header.length);
        assertRefused(
                Arrays.copyOf(header, HookRequest.MAX_BYTES + 1),
                "the request has more than the 1048576 bytes that are read");
    }

    @Test
    void anAnswerIsOneShortLineOfPrintableAscii() {
        assertThat(HookAnswer.ADMITTED.line()).isEqualTo("admitted");
        assertThat(HookAnswer.refused("rule é\n\u001b[2J").line()).isEqualTo("refused rule ???[2J");
        assertThat(HookAnswer.failed("x".repeat(10_000)).line())
                .startsWith("failed x")
                .hasSize(500);
    }
}
