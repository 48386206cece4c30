package clamd.vproxy.supervisor.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The changelog in Debian's format. */
class ChangelogTest {
    @TempDir private Path work;

    private static String debian(Path changelog) throws Exception {
        return BuildScript.filter(
                changelog,
                BuildScript.script("debian-changelog"),
                "clamd-vproxy",
                "1.1.0~20260301.090000.471365a02c1e",
                "2026-03-01T09:00:00Z");
    }

    @Test
    void theFirstSectionHasThePackagesVersionAndOlderOnesTheirOwn() throws Exception {
        Path page =
                Files.writeString(
                        work.resolve("CHANGELOG.md"),
                        """
                        # Changelog

                        A sentence.

                        ## 1.1.0, not released yet

                        - Something that takes more than one line in Debian's form because it is so
                          long.
                        - Short.

                        ## 1.0.0, 2026-01-31

                        - First.
                        """);
        assertThat(debian(page))
                .isEqualTo(
                        """
                        clamd-vproxy (1.1.0~20260301.090000.471365a02c1e) stable; urgency=medium

                          * Something that takes more than one line in Debian's form because it is so
                            long.
                          * Short.

                         -- The clamd-vproxy authors <clamd-vproxy@example.org>  Sun, 01 Mar 2026 09:00:00 +0000

                        clamd-vproxy (1.0.0) stable; urgency=medium

                          * First.

                         -- The clamd-vproxy authors <clamd-vproxy@example.org>  Sat, 31 Jan 2026 00:00:00 +0000

                        """);
    }

    @Test
    void debiansToolsReadOurs() throws Exception {
        Path written =
                Files.writeString(
                        work.resolve("changelog"), debian(Path.of("../.github/CHANGELOG.md")));
        assertThat(BuildScript.filter(written, "dpkg-parsechangelog", "-l", "-"))
                .contains("Version: 1.1.0~20260301.090000.471365a02c1e\n");
    }
}
