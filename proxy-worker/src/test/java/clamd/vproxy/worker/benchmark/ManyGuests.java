package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** 1,000 guests with ten connections each, which all ask for a PONG. */
final class ManyGuests {
    private static final int GUESTS = 1000;
    private static final int CONNECTIONS = 10;
    private static final double MEBIBYTE = 1 << 20;

    private ManyGuests() {}

    /** Measures one build and adds a paragraph to the report. */
    static void measure(Stage stage, String name, Path launcher, Report report) throws IOException {
        Path place = Files.createDirectories(stage.folder().resolve("many"));
        try (Program program = Daemon.start(place, launcher, "", stage.clamd(), GUESTS);
                Crowd crowd = new Crowd()) {
            stage.awaitAnswer(Daemon.guestSocket(place, GUESTS), program);
            long idle = program.residentBytes();
            double cpuBefore = program.cpuSeconds();
            long begin = System.nanoTime();
            for (int guest = 1; guest <= GUESTS; guest++) {
                for (int i = 0; i < CONNECTIONS; i++) {
                    crowd.connect(Daemon.guestSocket(place, guest));
                }
            }
            double connected = (System.nanoTime() - begin) / 1e9;
            // the last guest of all is served, so the others have been taken in
            stage.awaitAnswer(Daemon.guestSocket(place, GUESTS), program);
            long resident = program.residentBytes();
            begin = System.nanoTime();
            crowd.ping();
            double answered = (System.nanoTime() - begin) / 1e9;
            report.paragraph(
                    Text.format(
                            "%s: %,d connections taken in %.1f s, all answered in %.1f s, with %.1f CPU"
                                    + " seconds; resident %.0f MiB before, %.0f MiB with them.",
                            name,
                            crowd.size(),
                            connected,
                            answered,
                            program.cpuSeconds() - cpuBefore,
                            idle / MEBIBYTE,
                            resident / MEBIBYTE));
        }
    }
}
