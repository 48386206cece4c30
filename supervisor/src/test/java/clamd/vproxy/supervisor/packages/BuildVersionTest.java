package clamd.vproxy.supervisor.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The versions of packages, in the order of Debian's package manager. */
class BuildVersionTest {
    @TempDir private Path work;

    private void git(String date, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "git",
                                "-c",
                                "user.name=test",
                                "-c",
                                "user.email=test@example.org"));
        command.addAll(List.of(arguments));
        BuildScript.run(
                work,
                Map.of(
                        "GIT_COMMITTER_DATE", date,
                        "GIT_AUTHOR_DATE", date,
                        "GIT_CONFIG_GLOBAL", "/dev/null"),
                command.toArray(String[]::new));
    }

    private void commit(String date, String content) throws Exception {
        Files.writeString(work.resolve("pom.xml"), content);
        git(date, "add", "pom.xml");
        git(date, "commit", "-q", "-m", content);
    }

    private Properties built(String version) throws Exception {
        Path file = work.resolve("build.properties");
        BuildScript.run(
                work, Map.of(), BuildScript.script("build-version"), version, file.toString());
        Properties built = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            built.load(reader);
        }
        return built;
    }

    private String number(String version) throws Exception {
        return built(version).getProperty("number");
    }

    private void assertOlder(String older, String newer) throws Exception {
        BuildScript.run(work, Map.of(), "dpkg", "--compare-versions", older, "lt", newer);
    }

    @Test
    void aLaterSnapshotIsNewerAndTheReleaseIsNewest() throws Exception {
        git("", "init", "-q");
        commit("2026-03-01T10:00:00+01:00", "first");
        Properties first = built("1.0.0-SNAPSHOT");
        assertThat(first.getProperty("number"))
                .matches("1\\.0\\.0~20260301\\.090000\\.[0-9a-f]{12}");
        assertThat(first.getProperty("number")).endsWith(first.getProperty("commit"));
        assertThat(first.getProperty("date")).isEqualTo("2026-03-01T09:00:00Z");
        assertThat(first.getProperty("release")).isEqualTo("1.0.0");
        commit("2026-03-01T09:00:01Z", "second");
        String second = number("1.0.0-SNAPSHOT");
        assertOlder(first.getProperty("number"), second);
        assertOlder(second, number("1.0.0"));
        assertOlder(number("1.0.0"), number("1.0.1-SNAPSHOT"));
    }

    @Test
    void twoBuildsOfOneCommitAreOneVersion() throws Exception {
        git("", "init", "-q");
        commit("2026-03-01T09:00:00Z", "first");
        assertThat(built("1.0.0-SNAPSHOT")).isEqualTo(built("1.0.0-SNAPSHOT"));
    }

    @Test
    void aBuildWithChangesIsNewerThanItsCommitAndSaysSo() throws Exception {
        git("", "init", "-q");
        commit("2026-03-01T09:00:00Z", "first");
        String first = number("1.0.0-SNAPSHOT");
        Files.writeString(work.resolve("pom.xml"), "changed");
        String changed = number("1.0.0-SNAPSHOT");
        assertThat(changed).endsWith(".changed");
        assertOlder(first, changed);
    }

    @Test
    void aNewSourceFileIsAChange() throws Exception {
        git("", "init", "-q");
        commit("2026-03-01T09:00:00Z", "first");
        Files.createDirectories(work.resolve("module/src/main"));
        Files.writeString(work.resolve("module/src/main/New.java"), "");
        assertThat(number("1.0.0-SNAPSHOT")).endsWith(".changed");
    }

    @Test
    void anotherProjectsRepositoryAroundTheSourcesIsNotOurs() throws Exception {
        git("", "init", "-q");
        git("2026-03-01T09:00:00Z", "commit", "-q", "--allow-empty", "-m", "another project");
        assertThat(built("1.0.0-SNAPSHOT").getProperty("commit")).isEqualTo("unknown");
    }

    @Test
    void withoutARepositoryTheTimeOfTheBuildCounts() throws Exception {
        assertThat(number("1.0.0-SNAPSHOT")).matches("1\\.0\\.0~\\d{8}\\.\\d{6}\\.unknown");
        assertThat(built("1.0.0").getProperty("number")).isEqualTo("1.0.0");
    }
}
