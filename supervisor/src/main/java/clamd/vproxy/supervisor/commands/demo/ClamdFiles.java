package clamd.vproxy.supervisor.commands.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one {@link ClamdProcess}: writes the files that clamd reads and removes the
 * whole directory. Immutable.
 */
final class ClamdFiles {
    private static final Path MACHINE_SIGNATURES = Path.of("/var/lib/clamav");
    private static final List<String> SIGNATURE_FILES = List.of("main", "daily", "bytecode");
    private static final List<Path> FURTHER_PLACES =
            List.of(Path.of("/usr/sbin"), Path.of("/usr/local/sbin"));

    private final ClamdSetup setup;

    private ClamdFiles(ClamdSetup setup) {
        this.setup = setup;
    }

    /**
     * Creates the directory. Refuses a directory that is not empty, because {@link #remove} deletes
     * the whole directory.
     */
    static ClamdFiles create(ClamdSetup setup, OptionalInt tcpPort) throws IOException {
        Path directory = Files.createDirectories(setup.directory());
        try (Stream<Path> present = Files.list(directory)) {
            if (present.findAny().isPresent()) {
                throw new IOException(
                        directory + " is not empty; clamd needs a directory of its own");
            }
        }
        ClamdFiles files = new ClamdFiles(setup);
        Files.createDirectory(files.temporary());
        Files.createDirectory(files.ownSignatures());
        Files.writeString(files.ownSignatures().resolve("eicar.ndb"), Eicar.signature());
        Files.writeString(files.configuration(), files.configurationText(tcpPort));
        return files;
    }

    /**
     * Finds clamd's binary on PATH, or in the directories for daemons that many users' PATH lacks.
     */
    static Path clamd() throws IOException {
        List<Path> places = new ArrayList<>();
        for (String place : Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", 0)) {
            if (!place.isEmpty()) {
                places.add(Path.of(place));
            }
        }
        places.addAll(FURTHER_PLACES);
        return clamdIn(places);
    }

    static Path clamdIn(List<Path> places) throws IOException {
        return places.stream()
                .map(place -> place.resolve("clamd"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new IOException(
                                "clamd is not installed; try: apt-get install clamav-daemon"));
    }

    private String configurationText(OptionalInt tcpPort) throws IOException {
        StringBuilder text = new StringBuilder();
        setup.settings()
                .forEach((option, value) ->
                        text.append(option).append(' ').append(value).append('\n'));
        tcpPort.ifPresent(
                port -> text.append("TCPSocket ").append(port).append("\nTCPAddr 127.0.0.1\n"));
        Path signatures =
                setup.machineSignatures() && hasSignatures(MACHINE_SIGNATURES)
                        ? MACHINE_SIGNATURES
                        : ownSignatures();
        // no User: clamd keeps the current user, root or not, and can use the directory; no
        // LogFile: in the foreground everything goes to its output, including messages from before
        // it reads this file
        return text.append(
                        """
                        Foreground yes
                        LocalSocket %s
                        LocalSocketMode 600
                        DatabaseDirectory %s
                        TemporaryDirectory %s
                        """
                                .formatted(setup.socket(), signatures, temporary()))
                .toString();
    }

    static boolean hasSignatures(Path directory) {
        return SIGNATURE_FILES.stream()
                .anyMatch(name ->
                        Files.isReadable(directory.resolve(name + ".cvd"))
                                || Files.isReadable(directory.resolve(name + ".cld")));
    }

    Path configuration() {
        return setup.directory().resolve("clamd.conf");
    }

    Path log() {
        return setup.directory().resolve("clamd.log");
    }

    private Path temporary() {
        return setup.directory().resolve("tmp");
    }

    private Path ownSignatures() {
        return setup.directory().resolve("signatures");
    }

    /** Returns clamd's last output as one line. */
    String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log());
        List<String> errors =
                lines.stream()
                        .filter(line -> line.contains("ERROR") || line.contains("Error"))
                        .toList();
        List<String> words = errors.isEmpty() ? lines : errors;
        return String.join(" / ", words.subList(Math.max(0, words.size() - 3), words.size()));
    }

    /** Removes the directory with all files of clamd and of this class. */
    void remove() throws IOException {
        Files.walkFileTree(
                setup.directory(),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
