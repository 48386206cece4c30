package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No Java file, and no method in one, is longer than a reader can keep in mind. */
class SourceSizeTest {
    private static final int MOST_LINES_OF_A_FILE = 400;
    private static final int MOST_LINES_OF_A_METHOD = 60;

    private static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

    @Test
    void noFileAndNoMethodIsTooLong() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("policies", "proxy-worker", "libvirt-hooks", "supervisor")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        assertThat(sources).hasSizeGreaterThan(500);
        assertThat(tooLong(sources)).isEmpty();
    }

    @Test
    void longFilesAndMethodsAreFound(@TempDir Path folder) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("Long.java"),
                        "class Long {\n    void most() {%s}\n\n    void more() {%s}\n%s}\n"
                                .formatted("\n".repeat(59), "\n".repeat(60), "\n".repeat(400)));

        assertThat(tooLong(List.of(file)))
                .containsExactly(file + ": 524 lines", file + ": method more, 61 lines");
    }

    private static List<String> tooLong(List<Path> sources) throws IOException {
        List<String> found = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(sources));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                Path file = Path.of(unit.getSourceFile().toUri());
                long lines = Files.readAllLines(file).size();
                if (lines > MOST_LINES_OF_A_FILE) {
                    found.add(file + ": " + lines + " lines");
                }
                new MethodSizes(file, unit, positions, found).scan(unit, null);
            }
        }
        return found;
    }

    private static final class MethodSizes extends TreeScanner<Void, Void> {
        private final Path file;
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;

        MethodSizes(
                Path file,
                CompilationUnitTree unit,
                SourcePositions positions,
                List<String> found) {
            this.file = file;
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            long lines = line(positions.getEndPosition(unit, method)) - firstLine(method) + 1;
            if (lines > MOST_LINES_OF_A_METHOD) {
                found.add("%s: method %s, %d lines".formatted(file, method.getName(), lines));
            }
            return super.visitMethod(method, null);
        }

        private long firstLine(MethodTree method) {
            return line(positions.getStartPosition(unit, method));
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
