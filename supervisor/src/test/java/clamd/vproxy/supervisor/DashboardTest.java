package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Promtool;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.Web;
import clamd.vproxy.worker.testing.Eventually;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The dashboard's queries, run by Prometheus' engine on the metrics of two daemons. */
@Tag("libvirt")
@Tag("promtool")
@Timeout(120)
class DashboardTest {
    private static final Path DASHBOARD = Path.of("src", "main", "monitoring", "dashboard.json");
    private static final Pattern SERIES = Pattern.compile("([a-z_]+)(?:\\{(.*)})? (\\S+)");

    private TemporaryFolder folder;
    private AnsweringClamd clamd;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        clamd =
                new AnsweringClamd(
                        folder.path().resolve("clamd"),
                        "ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025");
    }

    @AfterEach
    void stop() throws Exception {
        clamd.close();
        folder.close();
    }

    private Stage stage(String host) throws Exception {
        return Stage.with(folder.path().resolve("clamd"))
                .http()
                .verdictMemoryEntries(100)
                .audit(new AuditSettings(folder.path().resolve(host), 0, 1))
                .policy(
                        """
                        {"version": 1, "rules": [
                          {"match": {"name": "a"}, "tenant": "acme"},
                          {"match": {"name": "b"}, "tenant": "globex", "deny": true}]}
                        """)
                .start();
    }

    /**
     * A daemon's metrics, as input of promtool's tests; each value grows, so that there are rates.
     */
    private static String series(Stage stage, String host) throws Exception {
        for (String content : List.of("clean", "a virus")) {
            try (GuestClient client = stage.guest("a")) {
                assertThat(client.streams(content.getBytes(UTF_8)).hears()).startsWith("stream: ");
            }
        }
        try (GuestClient client = stage.guest("b")) {
            assertThat(client.says("zPING\0").hears()).contains("ERROR");
        }
        Eventually.holds(
                "all sessions are counted and clamd's version is known",
                () ->
                        scrape(stage).contains("limit=\"deny\"} 1.0")
                                && scrape(stage).contains("verdict=\"infected\"} 1.0")
                                && scrape(stage).contains("signature_age_seconds{"));
        StringBuilder input = new StringBuilder();
        for (String line : scrape(stage).lines().toList()) {
            Matcher series = SERIES.matcher(line);
            if (!line.startsWith("#") && series.matches()) {
                String labels = series.group(2) == null ? "" : series.group(2) + ",";
                input.append(
                        "- series: '%s{%sinstance=\"%s\",job=\"clamd-vproxy\"}'\n  values: %s+1x20\n"
                                .formatted(
                                        series.group(1),
                                        labels.replace("'", "''"),
                                        host,
                                        series.group(3).equals("NaN") ? "0" : series.group(3)));
            }
        }
        return input.toString();
    }

    private static String scrape(Stage stage) throws IOException {
        return Web.get(stage.http("/metrics")).body();
    }

    private static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>();
        JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
        for (JsonNode target : dashboard.path("panels").findParents("legendFormat")) {
            queries.add(
                    target.path("expr")
                            .asText()
                            .replace("$__rate_interval", "5m")
                            .replaceAll("=~\"\\$\\w+\"", "=~\".*\""));
        }
        return queries;
    }

    @Test
    void everyQueryFindsSeriesOfBothHosts() throws Exception {
        StringBuilder test =
                new StringBuilder(
                        "evaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n");
        try (Stage one = stage("host-1");
                Stage two = stage("host-2")) {
            test.append(series(one, "host-1").indent(2)).append(series(two, "host-2").indent(2));
        }
        test.append("  promql_expr_test:\n");
        for (String query : new TreeSet<>(queries())) {
            test.append("  - expr: 'count(count by (instance) (%s))'\n".formatted(query));
            test.append("    eval_time: 15m\n    exp_samples: [{value: 2}]\n");
        }
        Path file = Files.writeString(folder.path().resolve("test.yml"), test);
        Promtool.passes("", "test", "rules", file.toString());
    }
}
