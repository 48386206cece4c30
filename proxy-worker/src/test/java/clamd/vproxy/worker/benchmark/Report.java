package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The report in Markdown, written anew after each section. Confined to one thread. */
final class Report {
    private final Path folder;
    private final List<Aim> aims = new ArrayList<>();
    private final StringBuilder sections = new StringBuilder();
    private final StringBuilder head = new StringBuilder();

    Report(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    Path folder() {
        return folder;
    }

    void head(String paragraph) {
        head.append(paragraph).append("\n\n");
    }

    void title(String title) {
        sections.append("### ").append(title).append("\n\n");
    }

    void paragraph(String text) {
        sections.append(text).append("\n\n");
    }

    void table(List<String> columns, List<List<String>> rows) {
        row(columns);
        row(columns.stream().map(_ -> "---").toList());
        rows.forEach(this::row);
        sections.append('\n');
    }

    private void row(List<String> cells) {
        sections.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    void aim(Aim aim) {
        aims.add(aim);
    }

    /** Writes what there is so far, so that a run that is cut off leaves something. */
    void write() throws IOException {
        Files.writeString(folder.resolve("report.md"), head + summary() + "\n" + sections);
    }

    /** The aims, and whether they are met. */
    String summary() {
        StringBuilder text = new StringBuilder("| aim | wanted | measured | met |\n");
        text.append("| --- | --- | --- | --- |\n");
        for (Aim aim : aims) {
            text.append("| ").append(aim.what()).append(" | ").append(aim.wanted());
            text.append(" | ").append(aim.measured()).append(" | ");
            text.append(aim.met() ? "yes" : "**no**").append(" |\n");
        }
        return text.toString();
    }
}
