package clamd.vproxy.worker.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.Reply.Clean;
import clamd.vproxy.worker.protocol.Reply.Failed;
import clamd.vproxy.worker.protocol.Reply.Infected;
import clamd.vproxy.worker.protocol.Reply.Malformed;
import clamd.vproxy.worker.protocol.Reply.Pong;
import clamd.vproxy.worker.protocol.Reply.Version;
import clamd.vproxy.worker.testing.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
    private static final String CLEAN = "stream: OK\0";

    @Test
    void theThreePlainAnswersAreUnderstood() {
        assertThat(parse(Command.PING, "PONG\0")).isEqualTo(new Pong());
        assertThat(parse(Command.INSTREAM, CLEAN)).isEqualTo(new Clean());
        assertThat(parse(Command.VERSION, "ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026\0"))
                .isEqualTo(new Version("ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026"));
        assertThat(parse(Command.VERSION, "ClamAV 1.4.6\0")).isEqualTo(new Version("ClamAV 1.4.6"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "stream: Eicar.Test.UNOFFICIAL FOUND|Eicar.Test.UNOFFICIAL",
                "stream: a: OK.UNOFFICIAL FOUND|a: OK.UNOFFICIAL",
                "stream: FOUND FOUND|FOUND",
                "stream: an ERROR FOUND|an ERROR",
                "stream: OK FOUND|OK",
                "stream: a FOUND b FOUND|a FOUND b",
                "stream: \"x\" (y) FOUND|\"x\" (y)",
                "stream: stream: OK FOUND|stream: OK",
                "stream:   FOUND|' '"
            })
    void aSignatureMayHoldAnyWords(String line, String signature) {
        assertThat(parse(Command.INSTREAM, line + "\0")).isEqualTo(new Infected(signature));
    }

    @Test
    void nothingOfASignatureThatIsNotPrintableAsciiIsPassedOn() {
        byte[] reply = "stream: a\tb\u001b[31mc\u00e9\u007f\r\n FOUND\0".getBytes(UTF_8);

        assertThat(ReplyParser.parse(Command.INSTREAM, reply))
                .isEqualTo(new Infected("a?b?[31mc?????"));
    }

    @Test
    void nothingOfAVersionThatIsNotPrintableAsciiIsPassedOn() {
        assertThat(parse(Command.VERSION, "ClamAV 1\n2\u0001\0"))
                .isEqualTo(new Version("ClamAV 1?2?"));
    }

    @ParameterizedTest
    @CsvSource({
        "stream: Can't allocate memory ERROR, Can't allocate memory ERROR",
        "stream: OK ERROR, OK ERROR",
        "INSTREAM size limit exceeded. ERROR, INSTREAM size limit exceeded. ERROR",
        "Error writing to temporary file ERROR, Error writing to temporary file ERROR",
        "UNKNOWN COMMAND, UNKNOWN COMMAND",
        "COMMAND UNAVAILABLE, COMMAND UNAVAILABLE"
    })
    void whatClamdCouldNotDoIsAFailureInItsOwnWords(String line, String text) {
        for (Command command : Command.values()) {
            assertThat(parse(command, line + "\0")).isEqualTo(new Failed(text));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadTimeoutIsTheOnlyReplyThatEndsWithANewline(Command command) {
        assertThat(parse(command, "COMMAND READ TIMED OUT\n"))
                .isEqualTo(new Failed("COMMAND READ TIMED OUT"));
        for (String line : new String[] {"stream: OK\n", "PONG\n", "ClamAV 1\n", "x ERROR\n"}) {
            assertThat(parse(command, line)).isInstanceOf(Malformed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0",
                "\0\0",
                "stream: OK",
                "stream: O\0",
                "stream: \0",
                "stream:\0",
                "stream: FOUND\0",
                "stream:  FOUND\0",
                "stream: ok\0",
                "stream: OK \0",
                "stream: OK\r\0",
                "stream: OK\n\0",
                "stream:OK\0",
                " stream: OK\0",
                "Stream: OK\0",
                "xstream: OK\0",
                "stream: OK OK\0",
                "stream: OK\0\0",
                "stream: OK\0\n",
                "stream: OK\0stream: OK\0",
                "stream: OK\0stream: X FOUND\0",
                "\0stream: OK\0",
                "stream: Eicar FOUND",
                "stream: Eicar FOUN\0",
                "stream: Eicar FOUND\n",
                "1: stream: OK\0",
                "/etc/passwd: OK\0",
                "fd[11]: OK\0",
                "OK\0",
                "FOUND\0",
                "ERROR\0",
                "PONG\0",
                "ClamAV 1.4.6\0",
                "COMMAND READ TIMED OUT",
                "COMMAND READ TIMED OUT\0",
                "COMMAND READ TIMED OUT\n\0"
            })
    void anythingButAScanReplyIsMalformed(String reply) {
        assertThat(parse(Command.INSTREAM, reply)).isInstanceOf(Malformed.class);
    }

    @Test
    void aVerdictIsNoAnswerToPingOrVersion() {
        for (Command command : new Command[] {Command.PING, Command.VERSION}) {
            assertThat(parse(command, CLEAN)).isInstanceOf(Malformed.class);
            assertThat(parse(command, "stream: X FOUND\0")).isInstanceOf(Malformed.class);
        }
        assertThat(parse(Command.PING, "ClamAV 1\0")).isInstanceOf(Malformed.class);
        assertThat(parse(Command.VERSION, "PONG\0")).isInstanceOf(Malformed.class);
        assertThat(parse(Command.VERSION, "ClamAV\0")).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ClamAV 1.4.6 FOUND\0", "ClamAV 1.4.6/27500/x: OK\0"})
    void aVersionThatEndsLikeAVerdictIsMalformed(String reply) {
        assertThat(parse(Command.VERSION, reply)).isInstanceOf(Malformed.class);
    }

    @Test
    void aVersionThatEndsLikeAnErrorIsOne() {
        assertThat(parse(Command.VERSION, "ClamAV : ded. ERROR\0"))
                .isEqualTo(new Failed("ClamAV : ded. ERROR"));
    }

    @Test
    void everyCutOffReplyIsMalformed() {
        for (String reply : new String[] {CLEAN, "stream: X FOUND\0", "stream: Y ERROR\0"}) {
            for (int length = 0; length < reply.length(); length++) {
                assertThat(parse(Command.INSTREAM, reply.substring(0, length)))
                        .isInstanceOf(Malformed.class);
            }
        }
    }

    @Test
    void aReplyThatFillsTheCapIsRead() {
        int nameLength = ReplyParser.LONGEST_REPLY_BYTES - "stream:  FOUND\0".length();
        String name = "x".repeat(nameLength);

        assertThat(parse(Command.INSTREAM, "stream: " + name + " FOUND\0"))
                .isEqualTo(new Infected(name));
    }

    @Test
    void onlyTheExactCleanReplyIsClean() {
        Seeds.forEach(
                50_000,
                random -> {
                    byte[] reply = mutated(CLEAN.getBytes(ISO_8859_1), random);
                    boolean identical = Arrays.equals(reply, CLEAN.getBytes(ISO_8859_1));
                    assertThat(ReplyParser.parse(Command.INSTREAM, reply) instanceof Clean)
                            .as(Arrays.toString(reply))
                            .isEqualTo(identical);
                });
    }

    @Test
    void allTextsOfAnyReplyArePrintable() {
        Seeds.forEach(
                20_000,
                random -> {
                    String[] stock = {"stream: \0 FOUND\0", "ClamAV \0", "stream: \0 ERROR\0"};
                    byte[] noise = new byte[random.nextInt(20)];
                    random.nextBytes(noise);
                    String odd = new String(noise, ISO_8859_1).replace("\0", "");
                    String line =
                            stock[random.nextInt(3)].replaceFirst(
                                    "\0", Matcher.quoteReplacement(odd));
                    Command command =
                            List.of(Command.PING, Command.VERSION, Command.INSTREAM)
                                    .get(random.nextInt(3));
                    String text =
                            switch (parse(command, line)) {
                                case Version(String version) -> version;
                                case Infected(String signature) -> signature;
                                case Failed(String failure) -> failure;
                                case Malformed(String reason) -> reason;
                                case Pong _, Clean _ -> "";
                            };
                    assertThat(text).matches("[ -~]*");
                });
    }

    private static byte[] mutated(byte[] original, RandomGenerator random) {
        StringBuilder text = new StringBuilder(new String(original, ISO_8859_1));
        for (int change = random.nextInt(3); change > 0; change--) {
            int at = random.nextInt(text.length());
            char value =
                    random.nextBoolean()
                            ? text.charAt(random.nextInt(text.length()))
                            : (char) random.nextInt(256);
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, value);
                default -> text.setCharAt(at, value);
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static Reply parse(Command asked, String reply) {
        return ReplyParser.parse(asked, reply.getBytes(ISO_8859_1));
    }
}
