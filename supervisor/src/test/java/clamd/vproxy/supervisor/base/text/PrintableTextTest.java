package clamd.vproxy.supervisor.base.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTextTest {
    private static final String ALL =
            " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    @Test
    void whatIsPrintableStaysButForTheDoubleQuote() {
        assertThat(PrintableText.oneLine(ALL)).isEqualTo(ALL.replace('"', '\''));
        String word = ALL.substring(1);
        assertThat(PrintableText.oneWord(word)).isEqualTo(word.replace('"', '\''));
    }

    @ParameterizedTest
    @CsvSource({
        "0x0a", "0x0d", "0x00", "0x1b", "0x1f", "0x7f", "0x85", "0xe9", "0x2028", "0x202e",
        "0xd800", "0x1f600"
    })
    void whatIsNotBecomesOneQuestionMark(String codePoint) {
        String text = "a" + Character.toString(Integer.decode(codePoint)) + "\"b";
        assertThat(PrintableText.oneLine(text)).isEqualTo("a?'b");
        assertThat(PrintableText.oneWord(text)).isEqualTo("a?'b");
    }

    @Test
    void aWordHasNoBlanks() {
        assertThat(PrintableText.oneLine("a b")).isEqualTo("a b");
        assertThat(PrintableText.oneWord("a b")).isEqualTo("a?b");
    }

    @Test
    void nothingElseComesOutOfAnything() {
        long seed = 20261129;
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            String text =
                    random.ints(random.nextInt(8), 0, Character.MAX_VALUE + 1)
                            .collect(
                                    StringBuilder::new,
                                    (built, value) -> built.append((char) value),
                                    StringBuilder::append)
                            .toString();
            assertThat(PrintableText.oneLine(text)).as("seed %d", seed).matches("[ -~&&[^\"]]*");
        }
    }
}
