package clamd.vproxy.supervisor.commands.check;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    /** Nothing that the check could warn of. */
    private static final String GOOD =
            """
            LocalSocket /run/clamav/clamd.ctl
            LocalSocketMode 660
            StreamMaxLength 200M
            MaxFileSize 200M
            MaxScanSize 200M
            AlertExceedsMax yes
            DisableCache yes
            """;

    @TempDir private Path folder;
    private Path policy;

    @BeforeEach
    void writePolicy() throws Exception {
        policy = Files.writeString(folder.resolve("policy.json"), "{\"version\": 1}");
    }

    private Outcome check(String clamdConf, String... options) throws IOException {
        Path conf = Files.writeString(folder.resolve("clamd.conf"), clamdConf);
        List<String> arguments =
                new ArrayList<>(List.of("check", "--policy=" + policy, "--clamd-conf=" + conf));
        arguments.addAll(List.of(options));
        return Outcome.of(arguments.toArray(String[]::new));
    }

    @Test
    void limitsThatFitAreATableAndZero() throws Exception {
        Outcome outcome = check(GOOD);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().get(0))
                .startsWith(policy + " is correct, revision ")
                .hasSize((policy + " is correct, revision ").length() + 12);
        assertThat(outcome.out().get(1))
                .isEqualTo(folder.resolve("clamd.conf") + " against our limits:");
        assertThat(outcome.out().get(2)).matches("LEVEL +SUBJECT +OURS +CLAMD'S +WHAT IT MEANS");
        assertThat(outcome.out().subList(3, outcome.out().size()))
                .isNotEmpty()
                .allMatch(line -> line.matches("(OK|NOTE) +\\S.*"));
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aWarningIsOne() throws Exception {
        Outcome outcome = check(GOOD.replace("MaxFileSize 200M", "MaxFileSize 10M"));
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .anyMatch(
                        line -> line.startsWith("WARNING  stream size") && line.contains("10MiB"));
    }

    @Test
    void theScanSlotsAreShownAndFollowClamdsThreadsAndTheUploads() throws Exception {
        assertThat(slots(check(GOOD))).matches("OK +scan slots +8 +MaxThreads 10 .*");
        assertThat(slots(check(GOOD + "MaxThreads 4\n"))).matches("OK +scan slots +2 .*");
        assertThat(slots(check(GOOD + "MaxThreads 1\n"))).matches("NOTE +scan slots +1 .*");
        assertThat(slots(check(GOOD, "--host-max-uploads=3"))).matches("OK +scan slots +2 .*");
        assertThat(slots(check(GOOD, "--scan-slots=5"))).matches("OK +scan slots +5 .*");
    }

    @Test
    void moreScanSlotsThanClamdHasThreadsAreAWarning() throws Exception {
        Outcome outcome = check(GOOD, "--scan-slots=11");
        assertThat(slots(outcome)).startsWith("WARNING  scan slots").contains("--scan-slots to 10");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    private static String slots(Outcome outcome) {
        return outcome.out().stream()
                .filter(line -> line.contains("scan slots"))
                .findFirst()
                .orElse("");
    }

    @Test
    void whatClamdWouldRefuseIs78WithItsLine() throws Exception {
        Outcome outcome = check(GOOD + "MaxThreads many\n");
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.err())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("clamd-vproxy check: " + folder.resolve("clamd.conf") + ":8")
                .contains("MaxThreads");
    }

    @Test
    void aWrongPolicyIs78() throws Exception {
        Files.writeString(policy, "{\"version\": 2}");
        Outcome outcome = check(GOOD);
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("clamd-vproxy check: " + policy + ":1:");
    }

    @Test
    void aClamdWhoseConfigurationIsNotKnownCannotBeChecked() {
        Outcome outcome = Outcome.of("check", "--policy=" + policy, "--clamd=/nonexistent/ctl");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out())
                .last()
                .isEqualTo(
                        "The configuration of /nonexistent/ctl is not known;"
                                + " name it with --clamd-conf.");
    }

    @Test
    void aClamdOverTheNetworkIsAWarningThatStreamsTravelInClear() throws Exception {
        String words = "travel in clear";
        Outcome remote = check(GOOD, "--clamd=scanner.example:3310");
        assertThat(remote.exitCode()).isEqualTo(1);
        assertThat(remote.out())
                .anyMatch(line -> line.startsWith("WARNING") && line.contains(words));
        for (String here : List.of("/run/c", "127.0.0.1:3310", "[::1]:3310", "localhost:3310")) {
            Outcome outcome = check(GOOD, "--clamd=" + here);
            assertThat(outcome.exitCode()).as(here).isZero();
            assertThat(outcome.out()).as(here).noneMatch(line -> line.contains(words));
        }
    }

    @Test
    void theSocketsThatADaemonServesAreNamed() throws Exception {
        String template = folder.resolve("{name}.sock").toString();
        Outcome outcome = check(GOOD, "--hybrid-vsock=" + template);
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .last()
                .isEqualTo("No daemon serves the sockets of " + template + ".");
    }

    @Test
    void eachClamdIsHeldAgainstItsOwnConfiguration() throws Exception {
        Path second =
                Files.writeString(
                        folder.resolve("second.conf"),
                        GOOD.replace("MaxFileSize 200M", "MaxFileSize 10M"));
        Outcome outcome =
                check(GOOD, "--clamd-conf=" + second, "--clamd=/run/one", "--clamd=/run/two");
        int secondTable = outcome.out().indexOf(second + " against our limits:");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out().subList(1, secondTable))
                .startsWith(folder.resolve("clamd.conf") + " against our limits:")
                .noneMatch(line -> line.startsWith("WARNING"));
        assertThat(outcome.out().subList(secondTable, outcome.out().size()))
                .anyMatch(line -> line.startsWith("WARNING  stream size"));
    }

    @Test
    void oneConfigurationIsThatOfAllClamds() throws Exception {
        Outcome outcome = check(GOOD, "--clamd=/run/one", "--clamd=/run/two");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .filteredOn(line -> line.endsWith("against our limits:"))
                .hasSize(1);
    }

    @Test
    void everyClamdWhoseConfigurationIsNotKnownIsNamed() {
        Outcome outcome =
                Outcome.of(
                        "check",
                        "--policy=" + policy,
                        "--clamd=/nonexistent/1",
                        "--clamd=/nonexistent/2");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out())
                .endsWith(
                        "The configuration of /nonexistent/1 is not known; name it with --clamd-conf.",
                        "The configuration of /nonexistent/2 is not known; name it with --clamd-conf.");
    }
}
