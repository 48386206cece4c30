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
import java.util.Optional;
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
                .isEqualTo(new Accepted(request(command), Terminator.NUL));
        assertThat(decide(ALL, "n" + command + "\n"))
                .isEqualTo(new Accepted(request(command), Terminator.NEWLINE));
    }

    @ParameterizedTest
    @EnumSource
    void noBeginningOfAnAllowedCommandIsDecidedYet(Command command) {
        for (String form : List.of("z" + command + "\0", "n" + command + "\n")) {
            for (int length = 0; length < form.length(); length++) {
                assertThat(decide(ALL, form.substring(0, length)))
                        .as("%s bytes of %s", length, form)
                        .isEqualTo(new Undecided(Optional.empty()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // what clamd takes for a command of ours although it is spelled otherwise
                "nPING\r\n",
                "nPING\r\r\n",
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
                "nSHUTDOWN\n",
                "SHUTDOWN\n",
                "QUIT\n",
                "nQUIT\n",
                "nRELOAD\n",
                "nSTATS\n",
                "IDSESSION\n",
                "VERSIONCOMMANDS\n",
                "PINGX",
                "PING \n",
                "PING\rx",
                "nVERSIONCOMMANDSX",
                "nEND\n",
                "nFILDES\n",
                "nINSTREAMX\n",
                "nPINGX\n",
                "STREAM\n",
                "xPING\0"
            })
    void whatDoesNotBeginWithZIsRefusedWithANewline(String sent) {
        assertThat(decide(ALL, sent)).isEqualTo(new Refused(Optional.empty(), Terminator.NEWLINE));
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
                "zSHUTDOWN\0",
                "zQUIT\0",
                "zRELOAD\0",
                "zSTATS\0",
                "zEND\0",
                "zFILDES\0",
                "zINSTREAMINSTREAM\0",
                "zDETSTATS\0"
            })
    void whatBeginsWithZIsRefusedWithNul(String sent) {
        assertThat(decide(ALL, sent)).isEqualTo(new Refused(Optional.empty(), Terminator.NUL));
    }

    @Test
    void anUpperCaseZIsNoPrefix() {
        assertThat(decide(ALL, "ZPING\0"))
                .isEqualTo(new Refused(Optional.empty(), Terminator.NEWLINE));
    }

    @Test
    void bytesBehindADecisionAreLeftToTheCaller() {
        ByteBuffer two = bytes("zPING\0zSHUTDOWN\0");

        assertThat(CommandFilter.ofConnection(ALL).decide(two))
                .isEqualTo(new Accepted(Request.PING, Terminator.NUL));
        assertThat(ISO_8859_1.decode(two).toString()).isEqualTo("zSHUTDOWN\0");
    }

    @Test
    void aByteOutOfPlaceDecidesAtOnce() {
        ByteBuffer descriptor = bytes("zFILDES\0");

        CommandFilter.ofConnection(ALL).decide(descriptor);
        assertThat(descriptor.position()).isEqualTo(2);
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
                                            ? new Accepted(request(command), terminator)
                                            : new Refused(Optional.empty(), terminator));
                }
            }
        }
    }

    @Test
    void aGuestWithoutCommandsIsRefusedOnceItsRequestTakesNoPath() {
        ByteBuffer ping = bytes("zPING\0");

        assertThat(CommandFilter.ofConnection(Set.of()).decide(ping))
                .isEqualTo(new Refused(Optional.empty(), Terminator.NUL));
        assertThat(ping.position()).isEqualTo(2);
    }

    @Test
    void theTerminatorForATextFollowsTheFirstByte() {
        CommandFilter filter = CommandFilter.ofConnection(ALL);
        assertThat(filter.isEmpty()).isTrue();
        assertThat(filter.terminator()).isEqualTo(Terminator.NEWLINE);

        filter.decide(bytes("z"));
        assertThat(filter.isEmpty()).isFalse();
        assertThat(filter.terminator()).isEqualTo(Terminator.NUL);
    }

    @Test
    void theDecisionDoesNotDependOnHowInputIsSplit() {
        Seeds.forEach(
                20_000,
                random -> {
                    byte[] sent = nearCommand(random);
                    ByteBuffer whole = ByteBuffer.wrap(sent);
                    Decision expected = CommandFilter.ofConnection(ALL).decide(whole);

                    CommandFilter filter = CommandFilter.ofConnection(ALL);
                    Decision decision = new Undecided(Optional.empty());
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
                    assertThat(taken).isLessThanOrEqualTo(CommandFilter.LONGEST_REQUEST_BYTES);
                    if (taken == CommandFilter.LONGEST_REQUEST_BYTES) {
                        assertThat(decision).isNotInstanceOf(Undecided.class);
                    }
                    if (decision instanceof Accepted(Request request, _)
                            && request == Request.INSTREAM) {
                        assertThat(taken).isEqualTo(CommandFilter.STREAM_REQUEST_BYTES);
                    }
                });
    }

    @Test
    void onlyTheKnownSpellingsAreAccepted() {
        Seeds.forEach(
                20_000,
                random -> {
                    ByteBuffer sent = ByteBuffer.wrap(nearCommand(random));
                    Decision decision = CommandFilter.ofConnection(ALL).decide(sent);
                    if (decision instanceof Accepted(Request request, Terminator terminator)) {
                        String text = ISO_8859_1.decode(sent.flip()).toString();
                        String exact =
                                terminator == Terminator.NUL
                                        ? "z" + request + "\0"
                                        : "n" + request + "\n";
                        boolean bare = text.matches("(PING|VERSION)\r*[\n\0]");
                        assertThat(bare || text.equals(exact)).as(text).isTrue();
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING", "PING\r", "PING\r\r", "VERSION", "VERSION\r"})
    void aBareRequestWithoutAnEndAsksForItIfNothingFollows(String sent) {
        Request whole = sent.startsWith("P") ? Request.PING : Request.VERSION;
        assertThat(decide(ALL, sent)).isEqualTo(new Undecided(Optional.of(whole)));
        for (String end : List.of("\n", "\0", "\r\n")) {
            assertThat(decide(ALL, sent + end))
                    .as("%s with its end", sent)
                    .isEqualTo(new Accepted(whole, Terminator.NEWLINE));
        }
        assertThat(decide(EnumSet.of(Command.INSTREAM), sent))
                .isEqualTo(new Refused(Optional.empty(), Terminator.NEWLINE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCAN", "CONTSCAN", "MULTISCAN", "RAWSCAN", "ALLMATCHSCAN"})
    void aRefusedCommandThatTakesAPathIsNamed(String command) {
        for (Set<Command> allowed : List.of(ALL, Set.<Command>of())) {
            for (String behind : List.of(" /etc/passwd\n", "X/etc/passwd\0", "\n", "\0")) {
                assertThat(decide(allowed, "z" + command + behind))
                        .isEqualTo(new Refused(Optional.of(command), Terminator.NUL));
                assertThat(decide(allowed, "n" + command + behind))
                        .isEqualTo(new Refused(Optional.of(command), Terminator.NEWLINE));
                assertThat(decide(allowed, command + behind))
                        .isEqualTo(new Refused(Optional.of(command), Terminator.NEWLINE));
            }
        }
    }

    @Test
    void whatAsksClamdForNothingFollowsFromTheAllowedCommands() {
        Accepted session = new Accepted(Request.IDSESSION, Terminator.NUL);
        Accepted names = new Accepted(Request.VERSIONCOMMANDS, Terminator.NEWLINE);
        assertThat(decide(EnumSet.of(Command.PING), "zIDSESSION\0")).isEqualTo(session);
        assertThat(decide(Set.of(), "zIDSESSION\0")).isInstanceOf(Refused.class);
        assertThat(decide(EnumSet.of(Command.VERSION), "nVERSIONCOMMANDS\n")).isEqualTo(names);
        assertThat(decide(EnumSet.of(Command.PING), "nVERSIONCOMMANDS\n"))
                .isInstanceOf(Refused.class);
    }

    @Test
    void withinASessionThereAreNoBareRequestsAndNoSecondSession() {
        assertThat(within("zEND\0")).isEqualTo(new Accepted(Request.END, Terminator.NUL));
        assertThat(within("nPING\n")).isEqualTo(new Accepted(Request.PING, Terminator.NEWLINE));
        for (String sent : List.of("PING\n", "VERSION\n", "END\n", "zIDSESSION\0", "zSTATS\0")) {
            assertThat(within(sent)).as(sent).isInstanceOf(Refused.class);
        }
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
                        "nINSTREAM\n",
                        "zIDSESSION\0",
                        "nVERSIONCOMMANDS\n",
                        "PING\r\n",
                        "VERSION\n",
                        "zMULTISCAN /\0");
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

    private static Request request(Command command) {
        return Request.valueOf(command.name());
    }

    private static Decision within(String sent) {
        return CommandFilter.ofSession(ALL).decide(bytes(sent));
    }

    private static Decision decide(Set<Command> allowed, String sent) {
        return CommandFilter.ofConnection(allowed).decide(bytes(sent));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }
}
