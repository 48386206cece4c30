package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** clamd is restarted while two guests keep it busy. */
@Order(5)
@Scenario
final class ClamdRestartScenario {
    private final ServiceLog log;
    private final GuestVm beta;
    private final GuestVm gamma;
    private final GuestVm epsilon;

    ClamdRestartScenario(Host host) {
        this.log = host.log();
        this.beta = host.beta;
        this.gamma = host.gamma;
        this.epsilon = host.epsilon;
    }

    @Test
    @Order(1)
    void everyScanEndsWithAVerdictOrATextAndServiceComesBack() throws Exception {
        log.mark();
        // the third one is for another scenario
        GuestVm.boot(beta, gamma, epsilon);
        String scans = "until test -e /enough; do scan /eicar; echo; done; rm /enough";
        CompletableFuture<Output> first = beta.order(scans);
        CompletableFuture<Output> second = gamma.order(scans);
        log.awaitSession(beta, "verdict=\"infected\"");
        log.awaitSession(gamma, "verdict=\"infected\"");
        Shell.script("systemctl kill --signal=KILL clamav-daemon.service");
        Eventually.holds(
                "clamd is away",
                Shell.LIMIT,
                () -> gamma.run("printf 'zPING\\0' | ask").startsWith("Scanner not available"));
        Shell.script("systemctl restart clamav-daemon.service");
        Eventually.holds(
                "clamd answers",
                Shell.LIMIT,
                () -> gamma.run("printf 'zPING\\0' | ask").equals("PONG"));
        for (GuestVm guest : List.of(beta, gamma)) {
            assertThat(guest.run("scan /eicar")).endsWith("FOUND");
            guest.run("touch /enough");
        }
        for (CompletableFuture<Output> scanning : List.of(first, second)) {
            assertThat(scanning.get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).text().lines())
                    .anyMatch(reply -> reply.endsWith("FOUND"))
                    .allMatch(reply ->
                            reply.isEmpty()
                                    || reply.endsWith("FOUND")
                                    || reply.endsWith(". ERROR"));
        }
    }
}
