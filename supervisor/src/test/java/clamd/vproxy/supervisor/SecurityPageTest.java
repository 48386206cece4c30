package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The threat model names its tests; here they are looked for, so that it cannot drift. */
class SecurityPageTest {
    private static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    private static final Path PAGE = ROOT.resolve(".github/SECURITY.md");
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|Scenario))#(\\w+)`");
    private static final List<String> MODULES =
            List.of("policies", "proxy-worker", "libvirt-hooks", "supervisor");

    private static List<String> threatModel() throws IOException {
        List<String> page = Files.readAllLines(PAGE);
        return page.subList(page.indexOf("## Threat model"), page.size());
    }

    private static boolean isThere(String test, String method) {
        Pattern declared = Pattern.compile("\\bvoid " + method + "\\(");
        return MODULES.stream()
                .map(module -> ROOT.resolve(module).resolve("src/test/java"))
                .flatMap(SecurityPageTest::sources)
                .filter(source -> source.endsWith(test + ".java"))
                .anyMatch(source -> declared.matcher(text(source)).find());
    }

    private static Stream<Path> sources(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyTestThatTheThreatModelNamesExists() throws Exception {
        List<String> missing =
                threatModel().stream()
                        .flatMap(line -> NAMED.matcher(line).results())
                        .filter(named -> !isThere(named.group(1), named.group(2)))
                        .map(named -> named.group(1) + "#" + named.group(2))
                        .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void everyLineOfTheThreatModelNamesATestOrSaysThatThereIsNone() throws Exception {
        List<String> lines =
                threatModel().stream()
                        .filter(line -> line.startsWith("| "))
                        .filter(line -> !line.startsWith("| ---") && !line.endsWith("| shown by |"))
                        .toList();
        assertThat(lines)
                .hasSizeGreaterThan(30)
                .allMatch(line -> NAMED.matcher(line).find() || line.contains("| no test"));
    }
}
