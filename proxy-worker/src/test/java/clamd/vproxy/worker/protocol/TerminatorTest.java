package clamd.vproxy.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminatorTest {
    @Test
    void onlyASmallZAsksForNul() {
        for (int first = 0; first < 256; first++) {
            assertThat(Terminator.expectedBy((byte) first))
                    .isEqualTo(first == 'z' ? Terminator.NUL : Terminator.NEWLINE);
        }
    }

    @Test
    void aLineGetsExactlyOneTerminatorBehindIt() {
        assertThat(Terminator.NUL.terminate("PONG")).containsExactly('P', 'O', 'N', 'G', 0);
        assertThat(Terminator.NEWLINE.terminate("PONG")).containsExactly('P', 'O', 'N', 'G', '\n');
        assertThat(Terminator.NUL.terminate("")).containsExactly(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "a\nb", "a\rb", "a\u007fb", "a\u00e9b", "a\u0100b", "\t"})
    void nothingButPrintableAsciiIsTerminated(String line) {
        assertThatThrownBy(() -> Terminator.NUL.terminate(line))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
