package clamd.vproxy.supervisor.commands.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A systemd socket unit as configured by its file and drop-ins (systemd.socket(5)). Immutable.
 *
 * @param name such as {@code clamav-daemon.socket}
 * @param listens where it listens: paths, ports, addresses with ports
 */
record SocketUnit(String name, List<String> listens) {
    /** Where systemd looks for units; the first match wins (systemd.unit(5)). */
    private static final List<String> FOLDERS =
            List.of(
                    "etc/systemd/system",
                    "run/systemd/system",
                    "usr/local/lib/systemd/system",
                    "usr/lib/systemd/system",
                    "lib/systemd/system");

    SocketUnit {
        listens = List.copyOf(listens);
    }

    /** The unit that keeps the daemon's own port open. */
    private static final String OURS = "clamd-vproxy.socket";

    /**
     * Returns advice if the daemon's own socket unit exists and listens on another address.
     *
     * @param root the root of the file system
     * @param address where the daemon listens, such as {@code vsock:2:3400}
     */
    static Optional<String> listensElsewhere(Path root, String address) {
        return of(root).stream()
                .filter(unit -> unit.name().equals(OURS))
                .filter(unit -> !unit.listens().equals(List.of(address)))
                .map(unit ->
                        "%s listens on %s, the daemon on %s, so guests are refused while it"
                                        .formatted(
                                                OURS, String.join(" and ", unit.listens()), address)
                                + " restarts: set ListenStream= and ListenStream=%s by systemctl edit %s"
                                        .formatted(address, OURS))
                .findAny();
    }

    /**
     * Returns all socket units of the system whose files begin at {@code root}, without the
     * unreadable ones.
     */
    static List<SocketUnit> of(Path root) {
        Map<String, List<Path>> files = new TreeMap<>();
        for (String folder : FOLDERS) {
            for (Path file : list(root.resolve(folder), ".socket")) {
                files.putIfAbsent(String.valueOf(file.getFileName()), List.of(file));
            }
        }
        return files.entrySet().stream()
                .map(unit -> new SocketUnit(unit.getKey(), listens(root, unit)))
                .filter(unit -> !unit.listens().isEmpty())
                .toList();
    }

    private static List<String> listens(Path root, Map.Entry<String, List<Path>> unit) {
        Map<String, Path> dropIns = new LinkedHashMap<>();
        for (String folder : FOLDERS) {
            for (Path file : list(root.resolve(folder).resolve(unit.getKey() + ".d"), ".conf")) {
                dropIns.putIfAbsent(String.valueOf(file.getFileName()), file);
            }
        }
        List<Path> all = new ArrayList<>(unit.getValue());
        new TreeSet<>(dropIns.keySet()).forEach(name -> all.add(dropIns.get(name)));
        List<String> listens = new ArrayList<>();
        all.stream()
                .flatMap(SocketUnit::lines)
                .forEach(line -> {
                    if (line.startsWith("ListenStream=")) {
                        String value = line.substring("ListenStream=".length()).strip();
                        if (value.isEmpty()) {
                            listens.clear();
                        } else {
                            listens.add(value);
                        }
                    }
                });
        return listens;
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.strip().replaceFirst("\\s*=\\s*", "="));
        } catch (IOException _) {
            return Stream.of();
        }
    }

    private static List<Path> list(Path folder, String suffix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        } catch (IOException _) {
            return List.of();
        }
    }
}
