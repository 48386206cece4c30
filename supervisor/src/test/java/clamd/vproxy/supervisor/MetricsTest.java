package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Promtool;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.supervisor.testing.Web;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.Connect;
import org.libvirt.Domain;

/** The metrics that Prometheus scrapes from a running supervisor. */
@Tag("libvirt")
@Tag("promtool")
@Timeout(120)
class MetricsTest {
    /** libvirt's test driver keeps this for the whole process; it has a domain named test. */
    private static final String URI = "test:///default";

    private TemporaryFolder folder;
    private AnsweringClamd clamd;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        Path socket = folder.path().resolve("clamd");
        clamd = new AnsweringClamd(socket, "ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025");
        Connect hypervisor = new Connect(URI);
        stage =
                Stage.with(socket)
                        .http()
                        .audit(new AuditSettings(folder.path().resolve("audit.log"), 0, 1))
                        .uris(
                                URI,
                                Stage.node(
                                        folder.path().resolve("node"),
                                        List.of(
                                                new TestGuest("web-1", 3),
                                                new TestGuest("db\\1\"x", 4),
                                                new TestGuest("no-1", 5))))
                        .policy(
                                """
                                {"version": 1, "rules": [
                                  {"match": {"name": "no-*"}, "deny": true}]}
                                """)
                        .start();
        hypervisor.close();
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        clamd.close();
        folder.close();
    }

    private String scrape() throws IOException {
        Web.Answer answer = Web.get(stage.http("/metrics"));
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private void says(String guest, String request) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            assertThat(client.says(request).hears()).isNotEmpty();
        }
    }

    private void scans(String guest, String content) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            assertThat(client.streams(content.getBytes(UTF_8)).hears()).startsWith("stream: ");
        }
    }

    private void shows(String... lines) throws Exception {
        try {
            Eventually.holds(
                    "all of the lines",
                    () -> Arrays.stream(lines).allMatch(scrape().lines().toList()::contains));
        } catch (AssertionError _) {
            // says which are missing, and what is there
            assertThat(scrape().lines()).contains(lines);
        }
    }

    @Test
    void whatGuestsDoIsCountedByTheirNames() throws Exception {
        scans("web-1", "clean");
        scans("web-1", "a virus");
        says("web-1", "zPING\0");
        says("web-1", "zSCAN /etc\0");
        says("no-1", "zPING\0");

        String sessions = "clamd_vproxy_sessions_total{";
        shows(
                sessions + label("INSTREAM", "web-1", "completed", "clean") + "} 1.0",
                sessions + label("INSTREAM", "web-1", "completed", "infected") + "} 1.0",
                sessions + label("PING", "web-1", "completed", "answered") + "} 1.0",
                sessions + label("other", "web-1", "command-refused", "refused") + "} 1.0",
                sessions + label("PING", "no-1", "guest-denied", "refused") + "} 1.0",
                "clamd_vproxy_refusals_total{domain=\"web-1\",limit=\"commands\"} 1.0",
                "clamd_vproxy_refusals_total{domain=\"no-1\",limit=\"deny\"} 1.0",
                "clamd_vproxy_stream_bytes_total{domain=\"web-1\"} 12.0",
                "clamd_vproxy_scan_seconds_count 2",
                "clamd_vproxy_audit_records_total 2.0",
                "clamd_vproxy_audit_records_lost_total 0.0",
                "clamd_vproxy_audit_writable 1.0",
                "clamd_vproxy_log_lines_lost_total 0.0",
                "clamd_vproxy_log_writable 1.0");
        assertThat(scrape()).doesNotContain("SCAN /etc");
    }

    private static String label(String command, String domain, String how, String verdict) {
        return "command=\"%s\",domain=\"%s\",termination=\"%s\",verdict=\"%s\""
                .formatted(command, domain, how, verdict);
    }

    @Test
    void clamdLibvirtAndThePolicyHaveMetrics() throws Exception {
        String of = "{clamd=\"" + folder.path().resolve("clamd") + "\"";
        shows(
                "clamd_vproxy_clamd_up" + of + "} 1.0",
                "clamd_vproxy_clamd_info" + of + ",version=\"1.4.3\"} 1",
                "clamd_vproxy_clamd_signature_version" + of + "} 27801.0",
                "clamd_vproxy_libvirt_connected{uri=\"" + URI + "\"} 1.0",
                "clamd_vproxy_policy_last_reload_successful 1.0");
        assertThat(scrape()).contains("clamd_vproxy_clamd_signature_age_seconds" + of);

        Files.writeString(stage.folder().resolve("policy.json"), "{");
        shows("clamd_vproxy_policy_last_reload_successful 0.0");
        assertThat(Web.get(stage.http("/readyz?verbose")).body())
                .contains("[+]policy ok: the file has had errors since ")
                .endsWith("readyz check passed\n");
    }

    @Test
    void aGuestsSeriesEndWithItAndWithItsName() throws Exception {
        Connect hypervisor = new Connect(URI);
        Domain domain = hypervisor.domainDefineXML(new TestGuest("vm-1", 77).xml());
        try {
            domain.create();
            Eventually.holds("its socket", () -> Files.exists(stage.socketOf("vm-1")));
            scans("vm-1", "clean");
            shows("clamd_vproxy_stream_bytes_total{domain=\"vm-1\"} 5.0");
            domain.destroy();
            Eventually.holds("its end", () -> !scrape().contains("vm-1"));
        } finally {
            if (domain.isActive() == 1) {
                domain.destroy();
            }
            domain.undefine();
            domain.free();
            hypervisor.close();
        }
    }

    @Test
    void promtoolFindsNothingInIt() throws Exception {
        scans("web-1", "a virus");
        says("no-1", "zPING\0");
        shows("clamd_vproxy_refusals_total{domain=\"no-1\",limit=\"deny\"} 1.0");
        Promtool.passes(scrape(), "check", "metrics");
        assertThat(scrape()).contains("domain=\"db\\\\1\\\"x\"");
    }

    @Test
    void openMetricsIsSentOnRequest() throws Exception {
        Web.Answer answer =
                Web.get(
                        stage.http("/metrics"),
                        "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        assertThat(answer.headers().get("content-type")).startsWith("application/openmetrics-text");
        assertThat(answer.body()).endsWith("# EOF\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=0.7,text/plain;q=0.3 | text/plain",
                "application/vnd.google.protobuf | text/plain",
                "application/vnd.google.protobuf;q=0.7,application/openmetrics-text;q=0.5,text/plain;q=0.3 | application/openmetrics-text",
                "application/openmetrics-text;q=0.3,text/plain;version=0.0.4;q=0.5 | text/plain",
                "application/openmetrics-text;q=0,image/png | text/plain",
                "application/openmetrics-text;q=0.2,*/* | text/plain",
                "APPLICATION/OPENMETRICS-TEXT | application/openmetrics-text",
                "text/html | text/plain",
                "'' | text/plain",
                ", ;;q=,=/;q=9 | text/plain",
                "*/* | text/plain"
            })
    void aFormatThatIsNotServedIsAnsweredWithText(String accept, String type) throws Exception {
        for (String method : List.of("GET", "HEAD")) {
            Web.Answer answer = Web.ask(method, stage.http("/metrics"), "Accept: " + accept);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().get("content-type")).startsWith(type);
        }
    }

    @Test
    void severalAcceptHeadersCountAsOne() throws Exception {
        Web.Answer answer =
                Web.get(
                        stage.http("/metrics"),
                        "Accept: application/vnd.google.protobuf",
                        "Accept: application/openmetrics-text");
        assertThat(answer.headers().get("content-type")).startsWith("application/openmetrics-text");
    }

    @Test
    void metricsAreCompressedForAClientThatAsksForIt() throws Exception {
        for (String encodings : List.of("gzip", "deflate, gzip;q=0.5", "*", "x-gzip")) {
            HttpURLConnection asked = asking(encodings);
            assertThat(asked.getHeaderField("Content-Encoding")).isEqualTo("gzip");
            try (InputStream body = new GZIPInputStream(asked.getInputStream())) {
                assertThat(new String(body.readAllBytes(), UTF_8)).contains("# TYPE clamd_vproxy");
            }
        }
        for (String encodings : List.of("gzip;q=0", "identity", "deflate", "gzip;q=0, *")) {
            assertThat(asking(encodings).getHeaderField("Content-Encoding")).isNull();
        }
    }

    private HttpURLConnection asking(String encodings) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) stage.http("/metrics").toURL().openConnection();
        connection.setRequestProperty("Accept-Encoding", encodings);
        return connection;
    }
}
