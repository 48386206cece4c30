package clamd.vproxy.supervisor.guestpackage;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A socket in a guest that starts the relay for each connection, as systemd does. */
final class GuestSocket implements AutoCloseable {
    private final Path socket;
    private final Process listener;

    private GuestSocket(Path socket, Process listener) {
        this.socket = socket;
        this.listener = listener;
    }

    /** Listens in this folder; each connection is relayed to the host at a Unix socket. */
    static GuestSocket in(Path folder, Path host) throws Exception {
        Path socket = folder.resolve("clamd.ctl");
        Process listener =
                Program.at(
                                host,
                                List.of(
                                        "socat",
                                        "-t",
                                        "60",
                                        "UNIX-LISTEN:" + socket + ",fork",
                                        "EXEC:" + Program.source("relay")))
                        .redirectOutput(folder.resolve("relay.log").toFile())
                        .start();
        GuestSocket started = new GuestSocket(socket, listener);
        Eventually.holds("a listener", Duration.ofSeconds(20), started::takesConnections);
        return started;
    }

    private boolean takesConnections() {
        try (GuestClient _ = connect()) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    Path path() {
        return socket;
    }

    GuestClient connect() throws IOException {
        return GuestClient.at(socket);
    }

    @Override
    public void close() {
        listener.destroy();
        try {
            listener.waitFor();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
