package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A guest uses clamdscan as the README says. */
@Order(6)
@Scenario
final class ClamdscanScenario {
    private static final Pattern SOCAT_UNIT =
            Pattern.compile("(?m)^ExecStart=/usr/bin/(socat .*)$");
    private static final Pattern CONFIGURATION =
            Pattern.compile("(?m)^(LocalSocket .*)\\n(StreamMaxLength .*)$");

    private final ServiceLog log;
    private final GuestVm guest;

    ClamdscanScenario(Host host) {
        this.log = host.log();
        this.guest = host.epsilon;
    }

    @BeforeAll
    void followThePageForOperators() throws Exception {
        log.mark();
        GuestVm.boot(guest);
        guest.run("tar -C / -xf /dev/vda");
        String inTheGuest = Host.section(Host.OPERATING, "A guest without the package");
        Matcher socat = SOCAT_UNIT.matcher(inTheGuest);
        Matcher configuration = CONFIGURATION.matcher(inTheGuest);
        assertThat(socat.find() && configuration.find()).isTrue();
        CompletableFuture<Output> socatService = guest.order(socat.group(1));
        guest.run("mkdir -p /etc/clamav");
        for (int line = 1; line <= configuration.groupCount(); line++) {
            guest.run(
                    "echo '%s' >> /etc/clamav/clamd-host.conf"
                            .formatted(configuration.group(line)));
        }
        guest.run("until test -S /run/clamd-host.sock; do sleep 0.1; done");
        assertThat(socatService).isNotDone();
    }

    @Test
    @Order(1)
    void clamdscanPingsTheHost() throws Exception {
        assertThat(clamdscan("--ping 1").text()).contains("PONG");
    }

    @Test
    @Order(2)
    void clamdscanFindsEicarAndNothingInACleanFile() throws Exception {
        Output found = clamdscan("--stream /eicar /clean");
        assertThat(found.status()).isEqualTo(1);
        assertThat(found.text())
                .contains("/eicar: Eicar-Test-Signature.UNOFFICIAL FOUND", "/clean: OK");
        log.awaitSession(guest, "verdict=\"infected\"");
        log.awaitSession(guest, "verdict=\"clean\"");
    }

    private Output clamdscan(String arguments) throws Exception {
        return guest.order("clamdscan --config-file=/etc/clamav/clamd-host.conf " + arguments)
                .get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
