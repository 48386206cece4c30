package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                " !\"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~",
                "büro 東京 Київ القاهرة",
                "a\u00a0b\u3000c",
                "می\u200cخواهم",
                "e\u0301",
                "\ud83d\ude00"
            })
    void lettersAndBlanksOfEveryScriptStay(String text) {
        assertThat(PrintableText.of(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, \\u0000",
        "0x09, \\u0009",
        "0x0a, \\u000a",
        "0x0d, \\u000d",
        "0x1b, \\u001b",
        "0x7f, \\u007f",
        "0x85, \\u0085",
        "0x2028, \\u2028",
        "0x2029, \\u2029",
        "0x202e, \\u202e",
        "0x2066, \\u2066",
        "0xfeff, \\ufeff",
        "0xd800, \\ud800",
        "0xdfff, \\udfff",
        "0xe0001, \\udb40\\udc01"
    })
    void whatBreaksALineOrATerminalBecomesAnEscape(String codePoint, String escape) {
        String text = "é" + Character.toString(Integer.decode(codePoint)) + "b";
        assertThat(PrintableText.of(text)).isEqualTo("é" + escape + "b");
    }

    @Test
    void aLongTextIsCutBeforeItIsEscaped() {
        assertThat(PrintableText.of("ab\nc", 4)).isEqualTo("ab\\u000ac");
        assertThat(PrintableText.of("ab\ncd", 4)).isEqualTo("ab\\u000ac…");
        assertThat(PrintableText.of("a\ud83d\ude00", 2)).isEqualTo("a\\ud83d…");
    }

    @Test
    void noTextBreaksALine() {
        Random random = new Random(20261129);
        for (int i = 0; i < 10_000; i++) {
            String text =
                    random.ints(random.nextInt(8), 0, Character.MAX_VALUE + 1)
                            .collect(
                                    StringBuilder::new,
                                    (built, value) -> built.append((char) value),
                                    StringBuilder::append)
                            .toString();
            assertThat(PrintableText.of(text).codePoints()).noneMatch(PrintableText::breaksLine);
        }
    }
}
