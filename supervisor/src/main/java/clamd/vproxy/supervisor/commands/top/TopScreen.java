package clamd.vproxy.supervisor.commands.top;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The content of the screen: a sum, a header, a line for each guest, the keys. Pure functions.
 *
 * @param guests all of them, in any order
 * @param view which of them are shown, and how
 * @param host the host's name; may be empty
 * @param trouble the current problem, if any
 */
record TopScreen(List<TopRow> guests, TopView view, String host, Optional<String> trouble) {
    private static final int LINES_AROUND = 3;
    private static final int SHORTEST_NAME = 8;
    private static final int FEWEST_LINES = 4;
    private static final String GAP = "  ";

    /** A column after the name. */
    private record Column(String header, Function<TopRow, String> cell) {}

    /** The columns by importance: those that do not fit are omitted from the end. */
    private static final List<Column> COLUMNS =
            List.of(
                    new Column("CONN", TopScreen::connections),
                    new Column("QUEUE", row -> Integer.toString(row.queue())),
                    new Column("WAIT", row -> HumanReadable.time(row.longestWaitMillis())),
                    new Column("BYTES/S", row -> HumanReadable.size((long) row.bytesPerSecond())),
                    new Column("SCANS/S", row -> tenths(row.scansPerSecond())),
                    new Column("CLEAN", row -> Long.toString(row.clean())),
                    new Column("INFECTED", row -> Long.toString(row.infected())),
                    new Column("ERROR", row -> Long.toString(row.errors())),
                    new Column("REFUSED", row -> Long.toString(row.refused())),
                    new Column("INCOMPLETE", row -> Long.toString(row.incomplete())),
                    new Column("CACHED", row -> Long.toString(row.cached())),
                    new Column("STATE", TopRow::state));

    /**
     * Returns the lines that fit.
     *
     * @param width the columns of the screen
     * @param height the lines of the screen
     */
    List<String> lines(int width, int height) {
        List<String> lines = new ArrayList<>();
        List<TopRow> rows = view.rows(guests);
        lines.add(sum(rows));
        lines.addAll(table(rows, width, Math.max(0, height - LINES_AROUND)));
        // the keys are shown at the bottom of the screen
        while (lines.size() < height - 1) {
            lines.add("");
        }
        lines.add(trouble.orElseGet(this::keys));
        return lines.stream().limit(height).map(line -> cut(line, width)).toList();
    }

    /** Returns all lines in full, without the keys, for output without a screen. */
    List<String> allLines() {
        List<TopRow> rows = view.rows(guests);
        List<String> lines = new ArrayList<>(List.of(sum(rows)));
        lines.addAll(table(rows, Integer.MAX_VALUE, rows.size()));
        return lines;
    }

    private String sum(List<TopRow> rows) {
        return String.format(
                Locale.ROOT,
                "%s: %d, connections: %d, queue: %d, longest wait: %s, %s/s, %s scans/s, by %s%s%s%s",
                view.byTenant() ? "Tenants" : "Guests",
                rows.size(),
                rows.stream().mapToInt(TopRow::connections).sum(),
                rows.stream().mapToInt(TopRow::queue).sum(),
                HumanReadable.time(
                        rows.stream().mapToLong(TopRow::longestWaitMillis).max().orElse(0)),
                HumanReadable.size((long) rows.stream().mapToDouble(TopRow::bytesPerSecond).sum()),
                tenths(rows.stream().mapToDouble(TopRow::scansPerSecond).sum()),
                view.sort().label(),
                view.reversed() ? ", reversed" : "",
                view.filter().isEmpty() ? "" : ", with \"" + view.filter() + "\"",
                host.isEmpty() ? "" : ", on " + host);
    }

    private static String connections(TopRow row) {
        return row.maxConnections().isPresent()
                ? row.connections() + "/" + row.maxConnections().getAsInt()
                : Integer.toString(row.connections());
    }

    private String keys() {
        if (view.typing()) {
            return "filter: " + view.filter() + "_  (Enter keeps it, Esc ends it)";
        }
        return "q quits, j k scroll, / filters, r reverses, t tenants, sorts by: "
                + Stream.of(SortKey.values())
                        .map(each -> each.key() + " " + each.label())
                        .collect(Collectors.joining(", "));
    }

    private List<String> table(List<TopRow> rows, int width, int count) {
        int first = Math.clamp(view.first(), 0, Math.max(0, rows.size() - count));
        // on a very low screen a guest's line matters more than the count
        boolean all = first + count >= rows.size() || count < FEWEST_LINES;
        List<TopRow> shown = rows.stream().skip(first).limit(all ? count : count - 1).toList();
        List<Integer> widths = COLUMNS.stream().map(column -> widthOf(column, shown)).toList();
        int nameWidth =
                Math.max(
                        SHORTEST_NAME,
                        shown.stream().mapToInt(row -> row.guest().length()).max().orElse(0));
        int columns = columnsThatFit(widths, width);
        int used = widths.stream().limit(columns).mapToInt(each -> each + GAP.length()).sum();
        int name = Math.max(SHORTEST_NAME, Math.min(nameWidth, width - used));
        List<String> lines = new ArrayList<>();
        lines.add(
                line(view.byTenant() ? "TENANT" : "GUEST", name, widths, columns, Column::header));
        for (TopRow row : shown) {
            lines.add(line(row.guest(), name, widths, columns, column -> column.cell.apply(row)));
        }
        if (!all) {
            lines.add("%d more".formatted(rows.size() - first - shown.size()));
        }
        return lines;
    }

    private static int widthOf(Column column, List<TopRow> shown) {
        return Math.max(
                column.header.length(),
                shown.stream().mapToInt(row -> column.cell.apply(row).length()).max().orElse(0));
    }

    private static int columnsThatFit(List<Integer> widths, int width) {
        int used = SHORTEST_NAME;
        int columns = 0;
        while (columns < widths.size() && used + GAP.length() + widths.get(columns) <= width) {
            used += GAP.length() + widths.get(columns);
            columns++;
        }
        return columns;
    }

    private static String line(
            String name,
            int nameWidth,
            List<Integer> widths,
            int columns,
            Function<Column, String> cell) {
        String shown = cut(name, nameWidth);
        StringBuilder line = new StringBuilder(shown).repeat(' ', nameWidth - shown.length());
        for (int i = 0; i < columns; i++) {
            String text = cell.apply(COLUMNS.get(i));
            line.append(GAP).repeat(' ', widths.get(i) - text.length()).append(text);
        }
        return line.toString();
    }

    private static String tenths(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width));
    }
}
