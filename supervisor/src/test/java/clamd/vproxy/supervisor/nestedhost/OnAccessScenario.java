package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * A guest scans on access with the configuration of the guest package. It has no systemd, so socat
 * listens in place of the package's socket unit.
 */
@Order(7)
@Scenario
final class OnAccessScenario {
    private static final Path SERVICE =
            Host.PROJECT.resolve(
                    "supervisor/src/main/guest/systemd/clamd-vproxy-guest-onaccess.service");
    private static final Pattern COMMAND = Pattern.compile("(?m)^ExecStart=(.*)$");

    private final ServiceLog log;
    private final GuestVm guest;

    OnAccessScenario(Host host) {
        this.log = host.log();
        this.guest = host.epsilon;
    }

    @BeforeAll
    void startOnAccessScanning() throws Exception {
        log.mark();
        GuestVm.boot(guest);
        guest.run("test -e /bin/clamonacc || tar -C / -xf /dev/vda");
        guest.run(
                "mkdir -p /usr/sbin /run/clamd-vproxy-guest /home/user; ln -sf /bin/clamonacc /usr/sbin");
        guest.run("echo user:x:1000:1000::/home/user:/bin/sh > /etc/passwd");
        guest.run("cp /eicar /clean /home/user");
        CompletableFuture<Output> relays =
                guest.order(
                        "socat -t 300 UNIX-LISTEN:/run/clamd-vproxy-guest/clamd.ctl,fork,mode=0666"
                                + " EXEC:/usr/local/bin/clamd-vproxy-relay");
        guest.run("until test -S /run/clamd-vproxy-guest/clamd.ctl; do sleep 0.1; done");
        Matcher command = COMMAND.matcher(Files.readString(SERVICE));
        assertThat(command.find()).isTrue();
        CompletableFuture<Output> service = guest.order(command.group(1));
        guest.run("while su user -c 'cat ~/eicar' > /dev/null 2>&1; do sleep 0.1; done");
        assertThat(relays).isNotDone();
        assertThat(service).isNotDone();
    }

    @AfterAll
    void endTheGuest() throws Exception {
        GuestVm.end(guest);
    }

    @Test
    @Order(1)
    void anInfectedFileCannotBeOpenedAndACleanOneCan() throws Exception {
        Output infected = open("/home/user/eicar");
        assertThat(infected.status()).isNotZero();
        assertThat(infected.text()).contains("Operation not permitted");
        log.awaitSession(guest, "verdict=\"infected\"");

        Output clean = open("/home/user/clean");
        assertThat(clean.status()).isZero();
        assertThat(clean.text()).isEqualTo("10000");
        log.awaitSession(guest, "verdict=\"clean\"");
    }

    @Test
    @Order(2)
    void noFileIsOpenedWhileTheHostDoesNotScan() throws Exception {
        Shell.run("clamd-vproxy", "drain", guest.name());
        assertThat(open("/home/user/clean").text()).contains("Operation not permitted");
        log.awaitSession(guest, "termination=\"drained\"");

        Shell.run("clamd-vproxy", "resume", guest.name());
        assertThat(open("/home/user/clean").text()).isEqualTo("10000");
    }

    /** Has a user of the guest read a file, and returns its size or what the shell said. */
    private Output open(String file) throws Exception {
        return guest.order("su user -c 'set -o pipefail; cat %s | wc -c'".formatted(file))
                .get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
