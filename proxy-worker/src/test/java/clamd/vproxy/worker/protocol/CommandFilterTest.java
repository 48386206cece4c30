package clamd.vproxy.worker.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.CommandFilter.Decision;
import clamd.vproxy.worker.protocol.CommandFilter.Decision.Accepted;
import clamd.vproxy.worker.protocol.CommandFilter.Decision.Refused;
import clamd.vproxy.worker.protocol.CommandFilter.Decision.Undecided;
import clamd.vproxy.worker.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandFilterTest {
    private static final Set<Command> ALL = EnumSet.allOf(Command.class);

    @ParameterizedTest
    @EnumSource
    void theTwoExactFormsOfAnAllowedCommandAreAccepted(Command command) {
        assertThat(decide(ALL, "z" + command + "\0"))
                .isEqualTo(new Accepted(command, Terminator.NUL));
        assertThat(decide(ALL, "n" + command + "\n"))
                .isEqualTo(new Accepted(command, Terminator.NEWLINE));
    }

    @ParameterizedTest
    @EnumSource
    void noBeginningOfAnAllowedCommandIsDecidedYet(Command command) {
        for (String form : List.of("z" + command + "\0", "n" + command + "\n")) {
            for (int length = 0; length < form.length(); length++) {
                assertThat(decide(ALL, form.substring(0, length)))
                        .as("%s bytes of %s", length, form)
                        .isEqualTo(new Undecided());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // what clamd takes for a command of ours although it is spelled otherwise
                "nPING\r\n",
                "nPING\r\r\n",
                "PING\r\n",
                "PING\n",
                "PING",
                "VERSION\n",
                "INSTREAM\n",
                "nINSTREAM\r\n",
                "nINSTREAM\0\n",
                "nPING\0junk\n",
                "nPING\0",
                "nINSTREAM\0",
                "nVERSION\0",
                // what clamd does not understand either
                "nnPING\n",
                "nPING x\n",
                "nPING \n",
                " nPING\n",
                "nping\n",
                "NPING\n",
                "n\n",
                "\n",
                "\0",
                "\0\0\0\0",
                "GET / HTTP/1.1\r\n",
                "SSH-2.0-x\r\n",
                // what no guest may have
                "nSCAN /etc/passwd\n",
                "SCAN /etc/passwd\n",
                "nSHUTDOWN\n",
                "SHUTDOWN\n",
                "QUIT\n",
                "nQUIT\n",
                "nRELOAD\n",
                "nSTATS\n",
                "nIDSESSION\n",
                "nEND\n",
                "nFILDES\n",
                "nVERSIONCOMMANDS\n",
                "nMULTISCAN /\n",
                "nCONTSCAN /\n",
                "nALLMATCHSCAN /\n",
                "nINSTREAMX\n",
                "nPINGX\n",
                "STREAM\n",
                "xPING\0"
            })
    void whatDoesNotBeginWithZIsRefusedWithANewline(String sent) {
        assertThat(decide(ALL, sent)).isEqualTo(new Refused(Terminator.NEWLINE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zPING\n",
                "zPING\n\0",
                "zPING\r\0",
                "zPING \0",
                "zINSTREAM\n",
                "zINSTREAM \0",
                "zVERSION\n",
                "zping\0",
                "zinstream\0",
                "z\0",
                "zz",
                "zSCAN /etc/passwd\0",
                "zSCANX/etc/passwd\0",
                "zSHUTDOWN\0",
                "zQUIT\0",
                "zRELOAD\0",
                "zSTATS\0",
                "zIDSESSION\0",
                "zEND\0",
                "zFILDES\0",
                "zVERSIONCOMMANDS\0",
                "zINSTREAMINSTREAM\0",
                "zDETSTATS\0"
            })
    void whatBeginsWithZIsRefusedWithNul(String sent) {
        assertThat(decide(ALL, sent)).isEqualTo(new Refused(Terminator.NUL));
    }

    @Test
    void anUpperCaseZIsNoPrefix() {
        assertThat(decide(ALL, "ZPING\0")).isEqualTo(new Refused(Terminator.NEWLINE));
    }

    @Test
    void bytesBehindADecisionAreLeftToTheCaller() {
        ByteBuffer two = bytes("zPING\0zSHUTDOWN\0");

        assertThat(new CommandFilter(ALL).decide(two))
                .isEqualTo(new Accepted(Command.PING, Terminator.NUL));
        assertThat(ISO_8859_1.decode(two).toString()).isEqualTo("zSHUTDOWN\0");
    }

    @Test
    void aByteOutOfPlaceDecidesAtOnce() {
        ByteBuffer scan = bytes("zSCAN /etc/passwd\0");

        new CommandFilter(ALL).decide(scan);
        assertThat(scan.position()).isEqualTo(2);
    }

    @Test
    void aCommandThatThePolicyDoesNotNameIsRefusedAtItsFirstDistinctByte() {
        for (Set<Command> allowed : subsets()) {
            for (Command command : ALL) {
                for (String form : List.of("z" + command + "\0", "n" + command + "\n")) {
                    Terminator terminator = Terminator.expectedBy((byte) form.charAt(0));
                    assertThat(decide(allowed, form))
                            .as("%s with %s", form, allowed)
                            .isEqualTo(
                                    allowed.contains(command)
                                            ? new Accepted(command, terminator)
                                            : new Refused(terminator));
                }
            }
        }
    }

    @Test
    void aGuestWithoutCommandsIsRefusedAtItsFirstByte() {
        ByteBuffer ping = bytes("zPING\0");

        assertThat(new CommandFilter(Set.of()).decide(ping)).isEqualTo(new Refused(Terminator.NUL));
        assertThat(ping.position()).isEqualTo(1);
    }

    @Test
    void theTerminatorForATextFollowsTheFirstByte() {
        CommandFilter filter = new CommandFilter(ALL);
        assertThat(filter.isEmpty()).isTrue();
        assertThat(filter.terminator()).isEqualTo(Terminator.NEWLINE);

        filter.decide(bytes("z"));
        assertThat(filter.isEmpty()).isFalse();
        assertThat(filter.terminator()).isEqualTo(Terminator.NUL);
    }

    @Test
    void theDecisionNeverDependsOnTheCuts() {
        Seeds.forEach(
                20_000,
                random -> {
                    byte[] sent = nearCommand(random);
                    ByteBuffer whole = ByteBuffer.wrap(sent);
                    Decision expected = new CommandFilter(ALL).decide(whole);

                    CommandFilter filter = new CommandFilter(ALL);
                    Decision decision = new Undecided();
                    int taken = 0;
                    for (byte[] piece : Seeds.cut(sent, random)) {
                        if (decision instanceof Undecided) {
                            ByteBuffer buffer = ByteBuffer.wrap(piece);
                            decision = filter.decide(buffer);
                            taken += buffer.position();
                        }
                    }

                    assertThat(decision).isEqualTo(expected);
                    assertThat(taken).isEqualTo(whole.position());
                    assertThat(taken).isLessThanOrEqualTo(CommandFilter.LONGEST_COMMAND_BYTES);
                    if (taken == CommandFilter.LONGEST_COMMAND_BYTES) {
                        assertThat(decision).isNotEqualTo(new Undecided());
                    }
                });
    }

    @Test
    void onlyTheSixExactFormsAreEverAccepted() {
        Set<String> forms =
                Set.of(
                        "zPING\0",
                        "nPING\n",
                        "zVERSION\0",
                        "nVERSION\n",
                        "zINSTREAM\0",
                        "nINSTREAM\n");
        Seeds.forEach(
                20_000,
                random -> {
                    ByteBuffer sent = ByteBuffer.wrap(nearCommand(random));
                    if (new CommandFilter(ALL).decide(sent) instanceof Accepted) {
                        assertThat(forms).contains(ISO_8859_1.decode(sent.flip()).toString());
                    }
                });
    }

    /** A command with up to two bytes changed, put in or left out, and something behind it. */
    private static byte[] nearCommand(RandomGenerator random) {
        List<String> stock =
                List.of(
                        "zPING\0",
                        "nPING\n",
                        "zVERSION\0",
                        "nVERSION\n",
                        "zINSTREAM\0",
                        "nINSTREAM\n");
        StringBuilder text = new StringBuilder(stock.get(random.nextInt(stock.size())));
        for (int change = random.nextInt(3); change > 0 && !text.isEmpty(); change--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, likely(random));
                default -> text.setCharAt(at, likely(random));
            }
        }
        for (int behind = random.nextInt(12); behind > 0; behind--) {
            text.append(likely(random));
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static char likely(RandomGenerator random) {
        return random.nextInt(4) == 0
                ? (char) random.nextInt(256)
                : "zn\0\n\r PINGVERSOTAM".charAt(random.nextInt(18));
    }

    private static List<Set<Command>> subsets() {
        return List.of(
                Set.of(),
                EnumSet.of(Command.PING),
                EnumSet.of(Command.VERSION),
                EnumSet.of(Command.INSTREAM),
                EnumSet.of(Command.PING, Command.INSTREAM),
                EnumSet.of(Command.PING, Command.VERSION),
                EnumSet.of(Command.VERSION, Command.INSTREAM),
                ALL);
    }

    private static Decision decide(Set<Command> allowed, String sent) {
        return new CommandFilter(allowed).decide(bytes(sent));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }
}
