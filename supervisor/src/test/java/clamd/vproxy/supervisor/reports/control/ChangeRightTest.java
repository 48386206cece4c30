package clamd.vproxy.supervisor.reports.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import jdk.net.UnixDomainPrincipal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which users may change something; users and groups are numbers that no machine assigns. */
class ChangeRightTest {
    private static final UserPrincipalLookupService PRINCIPALS =
            FileSystems.getDefault().getUserPrincipalLookupService();

    @TempDir Path folder;
    private ChangeRight right;

    @BeforeEach
    void runAsUser71001AndGroup72001() throws Exception {
        Path groups =
                Files.writeString(
                        folder.resolve("group"),
                        "71005:x:72005:71009\n72001:x:72001:71003,71004\nbroken\n");
        right = ChangeRight.of(user("71001"), group("72001"), groups);
    }

    private static UserPrincipal user(String number) throws IOException {
        return PRINCIPALS.lookupPrincipalByName(number);
    }

    private static GroupPrincipal group(String number) throws IOException {
        return PRINCIPALS.lookupPrincipalByGroupName(number);
    }

    private boolean may(String user, String group) throws IOException {
        return right.isOf(new UnixDomainPrincipal(user(user), group(group)));
    }

    @Test
    void rootTheSameUserAndTheSameGroupMay() throws Exception {
        assertThat(may("0", "72009")).isTrue();
        assertThat(may("71001", "72009")).isTrue();
        assertThat(may("71002", "72001")).isTrue();
    }

    @Test
    void aMemberOfTheGroupMayWhateverGroupItActsAs() throws Exception {
        assertThat(may("71003", "72009")).isTrue();
        assertThat(may("71004", "72009")).isTrue();
    }

    @Test
    void otherUsersMayNotChangeAnything() throws Exception {
        assertThat(may("71002", "72002")).isFalse();
        assertThat(may("71009", "72009")).isFalse();
        // a group that is called like our user, a user that is called like our group
        assertThat(may("72001", "71001")).isFalse();
        assertThat(may("71002", "0")).isFalse();
    }

    @Test
    void theUserOfThisProcessMayChangeItsOwnDaemon() throws Exception {
        UserPrincipal self = Files.getOwner(Path.of("/proc/self"));
        assertThat(ChangeRight.ofThisProcess().isOf(new UnixDomainPrincipal(self, group("72009"))))
                .isTrue();
    }
}
