package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A folder with a clamd in it and the contenders that lead to it. Closing ends them all. Confined
 * to one thread.
 */
final class Stage implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long IDLE_SECONDS = 300;

    private final Path folder;
    private final Path clamd;

    /** The processes, clamd first. */
    private final List<Program> open = new ArrayList<>();

    private Stage(Path folder, Path clamd) {
        this.folder = folder;
        this.clamd = clamd;
    }

    /** A stage with a stand-in clamd that reads at most so many bytes at a time. */
    static Stage withStandIn(int readBytes) throws IOException {
        Path folder = Files.createTempDirectory("bench-");
        Path socket = folder.resolve("clamd");
        Stage stage = new Stage(folder, socket);
        stage.awaitAnswer(
                socket,
                stage.keep(
                        Program.startJava(
                                folder.resolve("clamd.log"),
                                StandInClamd.class,
                                List.of(socket.toString(), Integer.toString(readBytes)))));
        return stage;
    }

    /** A stage with Debian's clamd and one signature. */
    static Stage withRealClamd() throws IOException {
        return withRealClamd("");
    }

    /** Makes a stage with Debian's clamd and further lines of configuration. */
    static Stage withRealClamd(String lines) throws IOException {
        Path folder = Files.createTempDirectory("bench-");
        Path socket = folder.resolve("clamd");
        Stage stage = new Stage(folder, socket);
        Path configuration = RealClamd.configure(folder, socket, lines);
        stage.awaitAnswer(
                socket,
                stage.keep(
                        Program.start(
                                folder.resolve("clamd.log"),
                                List.of("clamd", "-F", "-c", configuration.toString()))));
        return stage;
    }

    Path folder() {
        return folder;
    }

    Path clamd() {
        return clamd;
    }

    /** The configuration of a real clamd. */
    Path clamdConfiguration() {
        return RealClamd.configuration(folder);
    }

    /** Waits until a real clamd has finished all scans. */
    void awaitIdleClamd() throws IOException {
        long begin = System.nanoTime();
        while (RealClamd.busyThreads(clamd) > 0) {
            if (System.nanoTime() - begin > IDLE_SECONDS * 1_000_000_000) {
                throw new IOException("clamd is not idle after " + IDLE_SECONDS + " s");
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    /** Processor seconds that clamd has used so far. */
    double clamdCpuSeconds() throws IOException {
        return open.getFirst().cpuSeconds();
    }

    /** The direct connection, each build of clamd-vproxy, and the others, in this order. */
    List<Contender> all(Map<String, Path> builds) throws IOException {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new Contender(Contender.DIRECT, clamd, null));
        for (Map.Entry<String, Path> build : builds.entrySet()) {
            contenders.add(vproxy(build.getKey(), build.getValue(), 1));
        }
        contenders.add(bareRelay());
        contenders.add(relayInC());
        contenders.add(haproxy());
        contenders.add(socat());
        return contenders;
    }

    /** A daemon with guests named guest-1, guest-2, …; the contender's socket is the first's. */
    Contender vproxy(String name, Path launcher, int guests) throws IOException {
        Path place = Files.createDirectories(folder.resolve(name + "-" + guests));
        Program program = keep(Daemon.start(place, launcher, "", clamd, guests));
        Path socket = Daemon.guestSocket(place, 1);
        awaitAnswer(socket, program);
        return new Contender(name, socket, program);
    }

    Contender bareRelay() throws IOException {
        Path socket = folder.resolve("bare");
        Path log = folder.resolve("bare.log");
        List<String> arguments = List.of(socket.toString(), clamd.toString());
        Program program = keep(Program.startJava(log, BareRelay.class, arguments));
        awaitAnswer(socket, program);
        return new Contender(Contender.BARE, socket, program);
    }

    /** The program that the script has compiled. */
    Contender relayInC() throws IOException {
        Path socket = folder.resolve("relay");
        return contender(
                Contender.RELAY_IN_C,
                socket,
                List.of(
                        System.getProperty("benchmark.relay"),
                        socket.toString(),
                        clamd.toString()));
    }

    Contender haproxy() throws IOException {
        Path socket = folder.resolve("haproxy");
        Path configuration =
                Files.writeString(
                        folder.resolve("haproxy.cfg"),
                        """
                        global
                          maxconn 4000
                        defaults
                          mode tcp
                          timeout connect 10s
                          timeout client 5m
                          timeout server 5m
                        listen clamd
                          bind unix@%s
                          server clamd unix@%s
                        """
                                .formatted(socket, clamd));
        return contender(
                Contender.HAPROXY,
                socket,
                List.of("haproxy", "-db", "-f", configuration.toString()));
    }

    Contender socat() throws IOException {
        Path socket = folder.resolve("socat");
        return contender(
                Contender.SOCAT,
                socket,
                List.of(
                        "socat",
                        "UNIX-LISTEN:" + socket + ",fork,backlog=1024",
                        "UNIX-CONNECT:" + clamd));
    }

    private Contender contender(String name, Path socket, List<String> command) throws IOException {
        Program program = keep(Program.start(folder.resolve(name + ".log"), command));
        awaitAnswer(socket, program);
        return new Contender(name, socket, program);
    }

    Program keep(Program program) {
        open.add(program);
        return program;
    }

    /** Waits until a PING comes through. */
    void awaitAnswer(Path socket, Program program) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            try (SocketChannel channel = Request.connect(socket)) {
                Request.PING.exchange(channel);
                return;
            } catch (IOException e) {
                boolean late = System.nanoTime() - begin > START_SECONDS * 1_000_000_000;
                if (late || !program.isAlive()) {
                    throw new IOException(
                            "nothing answers at " + socket + "; " + program.lastWords(), e);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    @Override
    public void close() throws IOException {
        open.reversed().forEach(Program::close);
        Folders.delete(folder);
    }
}
