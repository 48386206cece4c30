package clamd.vproxy.supervisor.pipelining;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.pipelining.PipeliningAttack.Outcome;
import clamd.vproxy.supervisor.pipelining.Replies.Kind;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short form of {@link PipeliningComparison}, with the daemon in this process. */
@Tag("libvirt")
@Tag("clamd")
@Timeout(120)
class PipeliningAttackTest {
    private static final Duration LENGTH = Duration.ofSeconds(10);

    @Test
    void honestScansAreAnsweredRightWhileAnotherGuestPipelines() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                ClamdProcess clamd = PipeliningComparison.clamd(folder.path());
                Stage stage =
                        Stage.with(clamd.socket())
                                .guests(new TestGuest("a", 3), new TestGuest("b", 4))
                                .start()) {
            Outcome outcome =
                    new PipeliningAttack(stage.socketOf("a"), stage.socketOf("b"))
                            .run(PipeliningAttack.ATTACKERS, LENGTH);

            assertThat(outcome.replies().samples()).isEmpty();
            assertThat(outcome.replies().wrong()).isZero();
            assertThat(outcome.replies().count(Kind.CORRECT)).isGreaterThan(10);
            assertThat(outcome.writes()).isGreaterThan(10);
        }
    }

    /** Or the other test would prove nothing; how wrong they can be takes longer to see. */
    @Test
    void straightAtClamdTheSameAttackMakesHonestScansGoWrong() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                ClamdProcess clamd = PipeliningComparison.clamd(folder.path())) {
            Outcome outcome =
                    new PipeliningAttack(clamd.socket(), clamd.socket())
                            .run(PipeliningAttack.ATTACKERS, LENGTH);

            assertThat(outcome.replies().wrong()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stream: Archive-0.UNOFFICIAL FOUND0 | CORRECT",
                "stream: OK0 | FALSE_OK",
                "stream: Can't write to file ERROR0 | ERROR",
                "COMMAND READ TIMED OUTn | ERROR",
                "stream: Archive-1.UNOFFICIAL FOUND0 | FOREIGN",
                "stream: OK0stream: OK0 | FOREIGN",
                "PONG0 | FOREIGN",
                "entry 1 entry 1 | FOREIGN",
                "'' | MISSING"
            })
    void eachReplyCountsForWhatItIs(String heard, Kind kind) {
        String text = heard.replace("FOUND0", "FOUND\0").replace("OK0", "OK\0");
        text =
                text.replace("ERROR0", "ERROR\0")
                        .replace("PONG0", "PONG\0")
                        .replace("OUTn", "OUT\n");
        assertThat(Replies.kind(text, new InfectedArchive(0).reply())).isEqualTo(kind);
    }
}
