package clamd.vproxy.supervisor.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The package's copyright file names every packed library, and no other. */
class CopyrightTest {
    private static final String LIBRARIES = "usr/lib/clamd-vproxy/lib/";

    /** A paragraph about files: the patterns, and the name of their licence. */
    private record Paragraph(List<String> files, String licence) {}

    private static List<Paragraph> paragraphs() throws IOException {
        List<Paragraph> all = new ArrayList<>();
        for (String text : Files.readString(Path.of("src/main/deb/copyright")).split("\n\n", -1)) {
            if (text.startsWith("Files: ")) {
                all.add(
                        new Paragraph(
                                Stream.of(field(text, "Files").split("\\s+", -1)).toList(),
                                field(text, "License")));
            }
        }
        return all;
    }

    /** The text of a field with its continuation lines. */
    private static String field(String paragraph, String name) {
        String from = paragraph.substring(paragraph.indexOf(name + ": ") + name.length() + 2);
        return from.split("\n(?! )", 2)[0];
    }

    /** The names of the packed third-party libraries. */
    private static Set<String> packed() throws IOException {
        Set<String> names = new TreeSet<>();
        String classpath = Files.readString(Path.of("target/runtime-classpath"));
        for (String jar : classpath.strip().split(":", -1)) {
            if (jar.endsWith(".jar")
                    && !jar.contains("/clamd/vproxy/")
                    && !jar.contains("/target/")) {
                names.add(Path.of(jar).getFileName().toString());
            }
        }
        return names;
    }

    private static boolean names(Paragraph paragraph, String jar) {
        return paragraph.files().stream().anyMatch(pattern -> matches(pattern, LIBRARIES + jar));
    }

    private static boolean matches(String pattern, String file) {
        return !pattern.equals("*")
                && FileSystems.getDefault()
                        .getPathMatcher("glob:" + pattern)
                        .matches(Path.of(file));
    }

    @Test
    void everyPackedLibraryHasItsParagraph() throws Exception {
        List<Paragraph> paragraphs = paragraphs();
        assertThat(packed())
                .hasSizeGreaterThan(15)
                .allSatisfy(jar ->
                        assertThat(paragraphs)
                                .as(jar)
                                .filteredOn(paragraph -> names(paragraph, jar))
                                .hasSize(1));
    }

    @Test
    void everyPatternNamesAPackedLibrary() throws Exception {
        Set<String> packed = packed();
        assertThat(paragraphs().stream().flatMap(paragraph -> paragraph.files().stream()))
                .filteredOn(pattern -> pattern.endsWith(".jar"))
                .allSatisfy(pattern ->
                        assertThat(packed)
                                .as(pattern)
                                .anyMatch(jar -> matches(pattern, LIBRARIES + jar)));
    }

    @Test
    void everyLicenceHasAParagraphWithItsTextOrLocation() throws Exception {
        String file = Files.readString(Path.of("src/main/deb/copyright"));
        assertThat(paragraphs())
                .extracting(Paragraph::licence)
                .allSatisfy(
                        licence -> assertThat(file).contains("\n\nLicense: " + licence + "\n "));
    }
}
