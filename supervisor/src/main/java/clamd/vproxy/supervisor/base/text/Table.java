package clamd.vproxy.supervisor.base.text;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Prints columns as wide as their content. Static function only. */
public final class Table {
    private Table() {}

    /** Prints a header and lines with as many cells each. */
    public static void print(PrintWriter out, List<String> header, List<List<String>> body) {
        List<List<String>> lines = new ArrayList<>(List.of(header));
        lines.addAll(body);
        int last = header.size() - 1;
        int[] widths =
                IntStream.range(0, last)
                        .map(column ->
                                lines.stream()
                                        .mapToInt(line -> line.get(column).length())
                                        .max()
                                        .orElse(0))
                        .toArray();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < last; column++) {
                String cell = line.get(column);
                text.append(cell).repeat(' ', widths[column] - cell.length() + 2);
            }
            out.println(text.append(line.get(last)));
        }
        out.flush();
    }
}
