package clamd.vproxy.supervisor.reports.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.Promtool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The alert rules, the dashboard and the README's table against the metrics that there are. */
@Tag("promtool")
class MonitoringFilesTest {
    private static final Path FOLDER = Path.of("src", "main", "monitoring");
    private static final Pattern OURS = Pattern.compile("\\bclamd_vproxy_[a-z_]+");
    private static final Set<String> OF_THE_JVM =
            Set.of(
                    "jvm_memory_used_bytes",
                    "jvm_buffer_pool_used_bytes",
                    "process_resident_memory_bytes",
                    "jvm_threads_current",
                    "process_open_fds");

    private static String read(String file) throws IOException {
        return Files.readString(FOLDER.resolve(file));
    }

    private static Set<String> names() {
        return Metric.all().stream()
                .flatMap(metric ->
                        metric.kind() == Metric.Kind.HISTOGRAM
                                ? Stream.of("_bucket", "_sum", "_count")
                                        .map(suffix -> metric.fullName() + suffix)
                                : Stream.of(metric.fullName()))
                .collect(Collectors.toSet());
    }

    private static Set<String> named(String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = OURS.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    @Test
    void theRulesAreRulesAndTheirTestsPass() throws Exception {
        Promtool.passes("", "check", "rules", FOLDER.resolve("alerts.yml").toString());
        Promtool.passes("", "test", "rules", FOLDER.resolve("alerts-test.yml").toString());
    }

    @Test
    void eachRuleHasATest() throws Exception {
        String tests = read("alerts-test.yml");
        Matcher alerts = Pattern.compile("- alert: (\\w+)").matcher(read("alerts.yml"));
        List<String> all = alerts.results().map(each -> each.group(1)).toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(5).allMatch(tests::contains);
    }

    @Test
    void theRulesNameMetricsThatThereAre() throws Exception {
        assertThat(named(read("alerts.yml"))).isNotEmpty().isSubsetOf(names());
        assertThat(named(read("alerts-test.yml"))).isNotEmpty().isSubsetOf(names());
    }

    @Test
    void theDashboardNamesMetricsThatThereAre() throws Exception {
        String dashboard = read("dashboard.json");
        assertThat(named(dashboard)).isNotEmpty().isSubsetOf(names());
        Set<String> others = new HashSet<>();
        Matcher matcher = Pattern.compile("\\b(jvm|process)_[a-z_]+").matcher(dashboard);
        while (matcher.find()) {
            others.add(matcher.group());
        }
        assertThat(others).isEqualTo(OF_THE_JVM);
    }

    @Test
    void theDashboardIsWhole() throws Exception {
        JsonNode dashboard = new ObjectMapper().readTree(read("dashboard.json"));
        assertThat(dashboard.path("uid").asText()).isEqualTo("clamd-vproxy");
        assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
        List<Integer> ids = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            ids.add(panel.path("id").asInt());
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("targets")).as(panel.path("title").asText()).isNotEmpty();
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                assertThat(StreamSupport.stream(panel.path("targets").spliterator(), false))
                        .allMatch(target -> !target.path("expr").asText().isEmpty());
            }
        }
        assertThat(ids).hasSizeGreaterThan(15).doesNotHaveDuplicates();
    }

    @Test
    void theDashboardTellsHostsApart() throws Exception {
        JsonNode dashboard = new ObjectMapper().readTree(read("dashboard.json"));
        for (JsonNode target : dashboard.path("panels").findParents("legendFormat")) {
            String query = target.path("expr").asText();
            assertThat(target.path("legendFormat").asText()).as(query).contains("{{instance}}");
            assertThat(query).contains("job=~\"$job\", instance=~\"$instance\"");
            assertThat(query).doesNotContainPattern("\\b(sum|max|min|count|avg)\\s*\\(");
            assertThat(query).doesNotContainPattern("\\bby \\((?!instance)");
        }
        assertThat(dashboard.at("/templating/list").findValuesAsText("name"))
                .containsExactly("datasource", "job", "instance", "tenant", "domain");
    }

    @Test
    void eachAlertLinksToASectionOfTheRunbook() throws Exception {
        Set<String> sections =
                Files.readAllLines(Path.of("RUNBOOK.md")).stream()
                        .filter(line -> line.startsWith("## "))
                        .map(line -> line.substring(3).toLowerCase(Locale.ROOT))
                        .map(title -> title.replace(",", "").replace(' ', '-'))
                        .collect(Collectors.toSet());
        String alerts = read("alerts.yml");
        List<String> urls =
                Pattern.compile("runbook_url: \\S+/RUNBOOK\\.md#(\\S+)")
                        .matcher(alerts)
                        .results()
                        .map(each -> each.group(1))
                        .toList();
        assertThat(urls).hasSize(alerts.split("- alert: ", -1).length - 1);
        assertThat(sections).containsAll(urls);
    }

    @Test
    void everyQueryOfTheDashboardIsOne() throws Exception {
        JsonNode dashboard = new ObjectMapper().readTree(read("dashboard.json"));
        StringBuilder rules = new StringBuilder("groups: [{name: dashboard, rules: [\n");
        for (JsonNode target : dashboard.findParents("expr")) {
            String query = target.path("expr").asText().replace("$__rate_interval", "5m");
            rules.append(
                    "{record: a, labels: {n: \"%d\"}, expr: %s},\n"
                            .formatted(
                                    rules.length(), new ObjectMapper().writeValueAsString(query)));
        }
        Path file = Files.createTempFile("dashboard", ".yml");
        try {
            Files.writeString(file, rules.append("]}]\n"));
            Promtool.passes("", "check", "rules", file.toString());
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void theReadmeListsAllMetricsAndNoOther() throws Exception {
        String expected =
                Metric.all().stream()
                        .map(metric ->
                                "| `%s` | %s | %s | %s |"
                                        .formatted(
                                                metric.fullName(),
                                                metric.kind().name().toLowerCase(Locale.ROOT),
                                                metric.labels().stream()
                                                        .map(label -> "`" + label + "`")
                                                        .collect(Collectors.joining(", ")),
                                                metric.help()))
                        .collect(Collectors.joining("\n"));
        List<String> table =
                Files.readAllLines(Path.of("src", "main", "monitoring", "README.md")).stream()
                        .filter(line -> line.startsWith("| `clamd_vproxy_"))
                        .toList();
        assertThat(String.join("\n", table)).isEqualTo(expected);
    }
}
