package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.control.GuestsReply.DryRun;
import clamd.vproxy.supervisor.control.GuestsReply.Guest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The guests as a table for people. Static functions only. */
final class GuestsText {
    private static final List<String> HEADER =
            List.of(
                    "NAME",
                    "UUID",
                    "CID",
                    "CONNECTIONS",
                    "WAITING",
                    "BYTES TODAY",
                    "LEFT",
                    "SCANS TODAY",
                    "LEFT",
                    "RULE");

    private static final List<String> UNITS = List.of("KiB", "MiB", "GiB", "TiB");

    private GuestsText() {}

    /** Prints the header and a line for each guest, a dash where there is nothing to say. */
    static void print(PrintWriter out, List<Guest> guests) {
        List<List<String>> lines = new ArrayList<>(List.of(HEADER));
        guests.forEach(guest -> lines.add(line(guest)));
        int last = HEADER.size() - 1;
        int[] widths =
                IntStream.range(0, last)
                        .map(column ->
                                lines.stream()
                                        .mapToInt(line -> line.get(column).length())
                                        .max()
                                        .orElse(0))
                        .toArray();
        for (List<String> line : lines) {
            for (int column = 0; column < last; column++) {
                out.printf("%-" + widths[column] + "s  ", line.get(column));
            }
            out.println(line.get(last));
        }
        out.flush();
    }

    private static List<String> line(Guest guest) {
        return List.of(
                guest.name(),
                orDash(guest.uuid()),
                orDash(guest.cid()),
                guest.connections() + "/" + guest.maxConnections(),
                Integer.toString(guest.waiting()),
                size(guest.today().bytes()),
                guest.today().bytesLeft() == null ? "-" : size(guest.today().bytesLeft()),
                Integer.toString(guest.today().scans()),
                orDash(guest.today().scansLeft()),
                guest.rule() + (guest.denied() ? ", denied" : "") + tried(guest.dryRun()));
    }

    /** ", tries RULE, which would have refused 3 stream-limit, 1 quota". */
    private static String tried(@Nullable DryRun dryRun) {
        if (dryRun == null) {
            return "";
        }
        String refused =
                dryRun.wouldRefuse().entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
        return ", tries %s, which would have refused %s"
                .formatted(dryRun.rule(), refused.isEmpty() ? "none" : refused);
    }

    private static String orDash(@Nullable Object value) {
        return Objects.toString(value, "-");
    }

    /** Rounded down to a tenth, so that nothing is promised that is not there. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return Long.toString(bytes);
        }
        int unit = 0;
        long divisor = 1024;
        while (unit < UNITS.size() - 1 && bytes / divisor >= 1024) {
            divisor *= 1024;
            unit++;
        }
        long whole = bytes / divisor;
        long tenths = bytes % divisor * 10 / divisor;
        return String.format(Locale.ROOT, "%d.%d%s", whole, tenths, UNITS.get(unit));
    }
}
