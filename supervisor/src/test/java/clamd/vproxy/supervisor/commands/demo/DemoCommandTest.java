package clamd.vproxy.supervisor.commands.demo;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("clamd")
@Timeout(180)
class DemoCommandTest {
    @Test
    void theDemoShowsThreeGuestsWithTheirOwnLimits() {
        Outcome outcome = Outcome.of("demo");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        List<String> expected =
                List.of(
                        "GUEST +REQUEST +REPLY",
                        "web-1 +VERSION +ClamAV .*",
                        " +scan a clean file +stream: OK",
                        " +scan EICAR +stream: .* FOUND",
                        " +SCAN /etc/shadow +SCAN: Command not allowed\\. ERROR",
                        " +scan 100 KiB +stream: OK",
                        "db-1 +VERSION +Command not allowed\\. ERROR",
                        " +scan a clean file +stream: OK",
                        " +scan EICAR +stream: .* FOUND",
                        " +SCAN /etc/shadow +SCAN: Command not allowed\\. ERROR",
                        " +scan 100 KiB +INSTREAM size limit exceeded\\. ERROR",
                        "build-1 +VERSION +ClamAV .*",
                        " +scan a clean file +stream: OK",
                        " +scan EICAR +stream: .* FOUND",
                        " +SCAN /etc/shadow +SCAN: Command not allowed\\. ERROR",
                        " +scan 100 KiB +stream: OK");
        assertThat(outcome.out())
                .zipSatisfy(expected, (line, pattern) -> assertThat(line).matches(pattern));
    }
}
